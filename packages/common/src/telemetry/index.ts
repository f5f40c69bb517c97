export { children, type Children } from './children.js';
export type { Metrics, Sample } from './metrics.js';
export { openMetrics } from './open.js';
export { HTTP_BUCKETS, methodLabel, statusClass } from './http.js';
export { redisGauge } from './redis.js';
