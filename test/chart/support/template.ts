import { CHART, helm } from './helm.js';

/** What the chart does not assume. */
export const ENOUGH = ['--set=image.registry=a.example/b', '--set=signIn.development=allow-from-network'];
export const DATABASES = ['--set=database.existingSecret=db', '--set=redis.existingSecret=redis'];

/** Renders the chart without the cluster. */
export const template = (...args: string[]) => helm('template', 'gw', CHART, '--namespace=gateway', ...args);
