import { longFirst } from './long-first.mjs';

/** What takes ten seconds and more, most of them because they start whole gateways. */
export default longFirst([
  'test/end-to-end/start',
  'test/end-to-end/replicas',
  'process/runtime',
  'local/src/postgres/start',
  'test/setup/prepare',
  'supervisor/rollout',
  'test/end-to-end/redis-away',
  'test/end-to-end/traffic-settings',
  'test/setup/start',
  'test/end-to-end/affinity',
  'test/end-to-end/everything',
  'test/end-to-end/metrics',
]);
