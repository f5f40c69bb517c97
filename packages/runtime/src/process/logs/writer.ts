import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_BYTES, rotatedLogFile } from './files.js';

export interface LogWriter {
  write(chunk: Buffer): void;
  close(): void;
}

/**
 * Appends to the file, and rotates it so that it and its predecessor stay below twice the limit, in bytes.
 * Writes are synchronous: the last words of a process that crashed must be on disk when its log is read.
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
      descriptor = null; // if the rename fails, `close` must not close it again
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
        // The disk is full, or the folder is gone: the process runs on without its log.
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}
