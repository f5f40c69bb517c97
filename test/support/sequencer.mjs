import { longFirst } from './long-first.mjs';

/** What takes ten seconds and more, most of them because they start whole gateways. */
export default longFirst([
  'test/end-to-end/start',
  'test/end-to-end/replicas',
  'process/runtime',
  'test/end-to-end/one-gateway',
  'local/src/postgres/start',
  'test/setup/prepare',
  'test/end-to-end/settings',
  'supervisor/rollout',
  'test/end-to-end/redis-away',
  'test/setup/start',
]);
