import { join } from 'node:path';
import type { LogOwner } from '../logs/log-reader.js';

/** Each replica writes one file; at the bound it becomes `.1`, which replaces the one before. */
export const LOG_BYTES = 2 * 1024 * 1024;

/**
 * The id keeps the logs of an adapter from the next one of its name. Names are DNS labels and ids UUIDs (contracts), so they
 * are safe as path segments, and neither has a dot.
 */
export const logFolder = (root: string, { name, id }: LogOwner): string => join(root, `${name}.${id}`);
export const logFile = (root: string, owner: LogOwner, instance: number): string =>
  join(logFolder(root, owner), `${instance}.log`);
export const rotatedLogFile = (file: string): string => `${file}.1`;

const FOLDER = /^([a-z0-9-]+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Whose a folder in the root is; null when it is not of logs. */
export function logOwner(folder: string): LogOwner | null {
  const [, name, id] = FOLDER.exec(folder) ?? [];
  return name !== undefined && id !== undefined ? { name, id } : null;
}
