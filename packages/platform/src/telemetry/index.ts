export type { Metrics, Sample } from './metrics.js';
export { HTTP_BUCKETS, methodLabel, statusClass } from './http.js';
export { labelledSeries, type LabelledSeries } from './labelled-series.js';
export { redisGauge, serveMetrics } from './serve-metrics.js';
