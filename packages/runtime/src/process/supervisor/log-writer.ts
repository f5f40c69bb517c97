import { closeSync, mkdirSync, openSync, renameSync, writeSync, fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_BYTES, rotatedLogFile } from '../log-files.js';

export interface LogWriter {
  write(chunk: Buffer): void;
  close(): void;
}

/**
 * Appends to the file and never lets it and its predecessor grow beyond twice `LOG_BYTES`.
 * Writes are synchronous: what a replica said before it crashed must be on disk when somebody asks.
 */
export function logWriter(file: string, limit = LOG_BYTES): LogWriter {
  mkdirSync(dirname(file), { recursive: true });
  let descriptor = openSync(file, 'a');
  let size = fstatSync(descriptor).size;
  let open = true;
  return {
    write(chunk) {
      if (!open) return;
      if (size + chunk.length > limit && size > 0) {
        closeSync(descriptor);
        renameSync(file, rotatedLogFile(file));
        descriptor = openSync(file, 'a');
        size = 0;
      }
      const kept = chunk.subarray(0, limit);
      writeSync(descriptor, kept);
      size += kept.length;
    },
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}
