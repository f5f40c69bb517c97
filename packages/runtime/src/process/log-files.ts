import { join } from 'node:path';

/** Each replica writes one file; at the bound it becomes `.1`, which replaces the one before. */
export const LOG_BYTES = 2 * 1024 * 1024;

/** Names are DNS labels (contracts), so they are safe as path segments. */
export const logFolder = (root: string, name: string): string => join(root, name);
export const logFile = (root: string, name: string, instance: number): string =>
  join(logFolder(root, name), `${instance}.log`);
export const rotatedLogFile = (file: string): string => `${file}.1`;
