export type { Metrics, Sample } from './metrics.js';
export { HTTP_BUCKETS, methodLabel, statusClass } from './http.js';
export { children, type Children } from './children.js';
export { onHead } from './on-head.js';
export { openMetrics } from './open.js';
export { redisGauge } from './redis.js';
