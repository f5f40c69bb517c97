import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import { logFile, logFolder, rotatedLogFile } from '../process/log-files.js';
import type { LogOptions, LogReader } from './log-reader.js';

const POLL_MS = 250;
const NEWLINE = 0x0a;

/** Logs of the process runtime: files in `root`, which the supervisor writes and bounds. */
export function processLogs(root: string): LogReader {
  return {
    async read(owner, options) {
      if (options.previous || options.sinceSeconds !== undefined) {
        const detail =
          'previous and since need RUNTIME=kubernetes; here the last lines are of all processes of a replica';
        throw new GatewayError('INVALID_REQUEST', { detail });
      }
      const file = logFile(root, owner, options.instance);
      const now = await contents(file);
      if (!now && !options.follow) return null;
      const before = await contents(rotatedLogFile(file));
      const text = Buffer.concat([before ?? Buffer.alloc(0), now ?? Buffer.alloc(0)]);
      const source = { folder: logFolder(root, owner), file };
      return stream(lastLines(text, options.tail), source, now?.length ?? null, options);
    },
  };
}

async function contents(file: string): Promise<Buffer | null> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function lastLines(text: Buffer, count: number): Buffer {
  if (count === 0) return Buffer.alloc(0);
  let at = text.at(-1) === NEWLINE ? text.length - 1 : text.length;
  for (let lines = 0; lines < count; lines += 1) {
    if (at <= 0) return text; // a negative offset would count from the end
    at = text.lastIndexOf(NEWLINE, at - 1);
  }
  return text.subarray(at + 1);
}

interface Source {
  folder: string;
  file: string;
}

const exists = (folder: string) =>
  stat(folder).then(
    () => true,
    () => false,
  );

/** `from` is null while the file does not exist. */
async function* stream(start: Buffer, { folder, file }: Source, from: number | null, { follow, signal }: LogOptions) {
  if (start.length > 0) yield start;
  let position = from;
  let begun = await exists(folder);
  while (follow && !signal.aborted) {
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
    const added = await readFrom(file, position ?? 0);
    if (!added) {
      const there = await exists(folder);
      if (position !== null || (begun && !there)) return; // the adapter is gone, and its logs with it
      begun = there;
      continue;
    }
    if (added.bytes.length > 0) yield added.bytes;
    position = added.position;
  }
}

async function readFrom(file: string, position: number): Promise<{ bytes: Buffer; position: number } | null> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return null;
  try {
    const { size } = await handle.stat();
    const start = size < position ? 0 : position; // rotated: begin with the new file
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return { bytes: bytes.subarray(0, bytesRead), position: start + bytesRead };
  } finally {
    await handle.close();
  }
}
