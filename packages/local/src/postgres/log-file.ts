import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { logWriter } from '@mcp-gateway/runtime/log-writer';

const LIMIT_BYTES = 5 * 1024 * 1024;
const TAIL_CHARACTERS = 2_000;

interface Recording {
  /** The end of the output. */
  text(): string;
  /** Resolves when the output is complete. */
  readonly end: Promise<unknown>;
}

export interface OutputLog {
  readonly path: string;
  record(...streams: readonly Readable[]): Recording;
}

/** Appends to the file. Beyond the limit the file becomes `<path>.1` and replaces the previous one. */
export function outputLog(path: string, limit = LIMIT_BYTES): OutputLog {
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
