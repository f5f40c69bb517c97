import { runtimeContract } from '../../test/contract.js';
import { startProcessRuntime } from '../../test/supervisor.js';

const OURS = {
  DATABASE_URL: 'postgresql://of-the-gateway',
  REDIS_URL: 'redis://of-the-gateway',
  CANARY: 'of-the-gateway',
};
Object.assign(process.env, OURS);

runtimeContract('process', async () => ({ ...(await startProcessRuntime()), ours: OURS }));
