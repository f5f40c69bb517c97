export type { LogOptions, LogOwner, LogReader } from './log-reader.js';
export { processLogs } from './process-logs.js';
