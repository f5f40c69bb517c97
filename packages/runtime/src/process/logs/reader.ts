import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { LogOptions, LogReader } from '../../runtime.js';
import { logFile, logFolder, newerLogs, openLog, type OpenLog, rotatedLogFile } from './files.js';

export type { LogOptions, LogOwner, LogReader } from '../../runtime.js';

const POLL_MS = 250;
const NEWLINE = 0x0a;

/** Logs of the process runtime: files in `root`, which the supervisor writes and rotates. */
export function processLogs(root: string): LogReader {
  return {
    async read(owner, options) {
      if (options.previous || options.sinceSeconds !== undefined) {
        const detail =
          'previous and since need RUNTIME=kubernetes; here the last lines are of all processes of a replica';
        throw new GatewayError('INVALID_REQUEST', { detail });
      }
      const lines = linesOf(logFolder(root, owner), logFile(root, owner, options.instance), options);
      // Starts the generator here, so that later lines follow; a generator that has not started would not close its files either.
      return (await lines.next()).done ? null : lines;
    },
  };
}

/** Yields an empty buffer first, once it has read the existing lines. */
async function* linesOf(folder: string, file: string, { tail, follow, signal }: LogOptions): AsyncGenerator<Buffer> {
  const first = await openLog(file, rotatedLogFile(file));
  /** The file that is being read, and the files that were created after it. */
  const files: OpenLog[] = first ? [first] : [];
  try {
    if (!first && !follow) return;
    const start = lastLines(await everything(file, first), tail);
    let begun = await exists(folder);
    yield Buffer.alloc(0);
    if (start.length > 0) yield start;
    while (follow && !signal.aborted) {
      await delay(POLL_MS, undefined, { signal }).catch(() => {});
      const there = await exists(folder);
      files.push(...(await newerLogs(file, files[0])));
      yield* rest(files);
      if (begun && !there) return; // the resource is removed, and its logs with it
      begun = there;
    }
  } finally {
    await Promise.all(files.map(({ handle }) => handle.close()));
  }
}

/** Reads each file to its end, and closes all but the last, which may grow. A file is complete when a newer one exists. */
async function* rest(files: OpenLog[]): AsyncGenerator<Buffer> {
  for (let [reading] = files; reading; [reading] = files) {
    const added = await reading.handle.readFile();
    if (added.length > 0) yield added;
    if (files.length === 1) return;
    files.shift();
    await reading.handle.close();
  }
}

async function everything(file: string, current: OpenLog | null): Promise<Buffer> {
  const text = current ? await current.handle.readFile() : Buffer.alloc(0);
  const before = await openLog(rotatedLogFile(file));
  try {
    // Both are the same file when it was renamed a moment ago.
    return before && before.inode !== current?.inode ? Buffer.concat([await before.handle.readFile(), text]) : text;
  } finally {
    await before?.handle.close();
  }
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

const exists = (folder: string) =>
  stat(folder).then(
    () => true,
    () => false,
  );
