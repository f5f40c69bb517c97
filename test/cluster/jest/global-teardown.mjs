import { endHolder } from './holder.mjs';

export default endHolder;
