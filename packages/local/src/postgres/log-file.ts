import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

const LIMIT_BYTES = 5 * 1024 * 1024;
const TAIL_CHARACTERS = 2_000;

export interface Recording {
  /** The end of what was said. */
  text(): string;
  /** Resolves when there will be no more. */
  readonly end: Promise<unknown>;
}

export interface LogFile {
  readonly path: string;
  record(...streams: readonly Readable[]): Recording;
}

/** Appends to the file; beyond the limit it becomes `<path>.1`, which replaces the one before. */
export function logFile(path: string, limit = LIMIT_BYTES): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  return {
    path,
    record(...streams) {
      let text = '';
      let descriptor = openSync(path, 'a', 0o600);
      let size = fstatSync(descriptor).size;
      const append = (chunk: Buffer) => {
        if (size > 0 && size + chunk.length > limit) {
          closeSync(descriptor);
          renameSync(path, `${path}.1`);
          descriptor = openSync(path, 'a', 0o600);
          size = 0;
        }
        size += writeSync(descriptor, chunk);
      };
      const record = (chunk: Buffer) => {
        text = (text + chunk.toString()).slice(-TAIL_CHARACTERS);
        try {
          append(chunk);
        } catch {
          // A full disk; the server goes on without its log.
        }
      };
      for (const stream of streams) stream.on('data', record);
      const end = Promise.allSettled(streams.map((stream) => finished(stream))).then(() => closeSync(descriptor));
      return { text: () => text.trim(), end };
    },
  };
}
