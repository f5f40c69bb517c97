import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { LogOptions, LogReader } from '../../log-reader.js';
import { logFile, logFolder, newerLogs, openLog, type OpenLog, rotatedLogFile } from './files.js';

export type { LogOptions, LogOwner, LogReader } from '../../log-reader.js';

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
      const lines = linesOf(logFolder(root, owner), logFile(root, owner, options.instance), options);
      // Begun here: what is written from now on follows. A generator that has not begun would not close its files either.
      return (await lines.next()).done ? null : lines;
    },
  };
}

/** Yields nothing first, once it has read what there is. */
async function* linesOf(folder: string, file: string, { tail, follow, signal }: LogOptions): AsyncGenerator<Buffer> {
  const first = await openLog(file, rotatedLogFile(file));
  /** The one that is read, and those that were begun after it. */
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
      if (begun && !there) return; // the adapter is gone, and its logs with it
      begun = there;
    }
  } finally {
    await Promise.all(files.map(({ handle }) => handle.close()));
  }
}

/** Reads each to its end, and closes all but the last, which may go on. A file has all that it gets when a newer one is there. */
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
    // It is the same when the file was renamed a moment ago.
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
