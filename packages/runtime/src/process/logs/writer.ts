import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_BYTES, rotatedLogFile } from './files.js';

export interface LogWriter {
  write(chunk: Buffer): void;
  close(): void;
}

/**
 * Appends to the file and never lets it and its predecessor grow beyond twice the limit, in bytes.
 * Writes are synchronous: what a process said before it crashed must be on disk when somebody asks.
 */
export function logWriter(file: string, limit = LOG_BYTES): LogWriter {
  mkdirSync(dirname(file), { recursive: true });
  const open = () => openSync(file, 'a', 0o600);
  let descriptor: number | null = open();
  let size = fstatSync(descriptor).size;

  function append(chunk: Buffer) {
    if (descriptor === null) return;
    if (size > 0 && size + chunk.length > limit) {
      closeSync(descriptor);
      descriptor = null; // should the next line fail, there is nothing to close
      renameSync(file, rotatedLogFile(file));
      descriptor = open();
      size = 0;
    }
    size += writeSync(descriptor, chunk.subarray(0, limit));
  }

  return {
    write(chunk) {
      try {
        append(chunk);
      } catch {
        // A full disk, or a folder that went away: the process goes on without its log.
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}
