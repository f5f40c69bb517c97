import { copyFile, mkdir, readFile, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import writeFileAtomic from 'write-file-atomic';
import type { McpClient } from './definition.js';
import { mergeServer } from './merge.js';

const MAX_FILE_BYTES = 32 * 1_048_576;

/** A change of a configuration file that is not made yet. */
export interface FileChange {
  file: string;
  /** Undefined when there is no file yet. */
  before: string | undefined;
  after: string;
  /** A unified diff; empty when nothing changes. */
  diff: string;
}

/**
 * Reads the file and decides what it becomes. Writes nothing.
 * @throws Error that names the file when it cannot be read or is not of its format
 */
export async function planInstall(client: McpClient, file: string, name: string, value: object): Promise<FileChange> {
  const before = await readIfThere(file);
  let after: string;
  try {
    after = mergeServer(before ?? '', client, name, value);
  } catch (error) {
    throw new Error(
      `${file} stays as it is: ${(error as Error).message}. Correct the file, or add the server by hand`,
      {
        cause: error,
      },
    );
  }
  const diff = before === after ? '' : createTwoFilesPatch(file, file, before ?? '', after, '', '', { context: 3 });
  return { file, before, after, diff };
}

/**
 * Writes the change: to a new file beside it that then takes its place, so that a client never reads half of it. A link
 * stays a link, and the file keeps its owner and mode.
 * @returns the copy of the file as it was; undefined when there was none
 * @throws Error when the file has changed since it was read
 */
export async function applyInstall({ file, before, after }: FileChange, now = new Date()): Promise<string | undefined> {
  if ((await readIfThere(file)) !== before) throw new Error(`${file} has changed meanwhile; run the command again`);
  const made = await mkdir(dirname(file), { recursive: true });
  const backup = before === undefined ? undefined : `${file}.${now.toISOString().replaceAll(/[:.]/g, '-')}.bak`;
  if (backup !== undefined) await copyFile(file, backup);
  try {
    // Configuration files have tokens of other servers in them.
    await writeFileAtomic(file, after, before === undefined ? { mode: 0o600 } : {});
  } catch (error) {
    if (made !== undefined) await removeEmpty(resolve(dirname(file)), made).catch(() => {});
    throw error;
  }
  return backup;
}

/** Removes `folder` and the folders above it up to `top`, as long as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  await rmdir(folder);
  if (folder.length > top.length) await removeEmpty(dirname(folder), top);
}

async function readIfThere(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`${file} has ${bytes.length} bytes, more than any client writes`);
  return bytes.toString('utf8');
}
