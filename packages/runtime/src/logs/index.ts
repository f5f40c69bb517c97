export type { LogOptions, LogReader } from './log-reader.js';
export { processLogs } from './process-logs.js';
