import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { logWriter } from '@mcp-gateway/runtime/log-writer';

const LIMIT_BYTES = 5 * 1024 * 1024;
const TAIL_CHARACTERS = 2_000;

interface Recording {
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
  return {
    path,
    record(...streams) {
      let text = '';
      const file = logWriter(path, limit);
      const record = (chunk: Buffer) => {
        text = (text + chunk.toString()).slice(-TAIL_CHARACTERS);
        file.write(chunk);
      };
      for (const stream of streams) stream.on('data', record);
      const end = Promise.allSettled(streams.map((stream) => finished(stream))).then(() => file.close());
      return { text: () => text.trim(), end };
    },
  };
}
