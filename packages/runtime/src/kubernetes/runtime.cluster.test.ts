import { freshNamespace } from '../../../../test/cluster/support/namespace.js';
import { runtimeContract } from '../../test/contract.js';
import { loadServer, settingsFor, startRuntime } from '../../test/kubernetes.js';

const OURS = {
  DATABASE_URL: 'postgresql://of-the-gateway',
  REDIS_URL: 'redis://of-the-gateway',
  CANARY: 'of-the-gateway',
};
Object.assign(process.env, OURS);

const namespace = freshNamespace();

runtimeContract('kubernetes', async () => {
  await loadServer();
  const runtime = await startRuntime(settingsFor(namespace.name));
  return { runtime, ours: OURS, close: () => runtime.close() };
});
