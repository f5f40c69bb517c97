import { join } from 'node:path';
import { type FileHandle, open } from 'node:fs/promises';
import { ResourceKind } from '@mcp-gateway/common/contracts';
import type { LogOwner } from '../../runtime.js';

/** The size limit of a log file. At the limit the file becomes `.1` and replaces the previous `.1`. */
export const LOG_BYTES = 2 * 1024 * 1024;

/**
 * The id separates the logs of a resource from those of the next one of its name. Kinds are words, names DNS labels and ids
 * UUIDs (contracts), so they are safe as path segments, and none has a dot.
 */
export const logFolder = (root: string, { kind, name, id }: LogOwner): string => join(root, `${kind}.${name}.${id}`);
export const logFile = (root: string, owner: LogOwner, instance: number): string =>
  join(logFolder(root, owner), `${instance}.log`);
export const rotatedLogFile = (file: string): string => `${file}.1`;

const FOLDER = /^([a-z]+)\.([a-z0-9-]+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The owner of a folder in the root; null when the folder has no logs. */
export function logOwner(folder: string): LogOwner | null {
  const [, word, name, id] = FOLDER.exec(folder) ?? [];
  const kind = ResourceKind.safeParse(word).data;
  return kind !== undefined && name !== undefined && id !== undefined ? { kind, name, id } : null;
}

/** An open log file; it stays readable when the file is renamed or removed. */
export interface OpenLog {
  handle: FileHandle;
  inode: number;
}

/** Opens the first of the files that exists; null when none does. */
export async function openLog(...files: string[]): Promise<OpenLog | null> {
  for (const file of files) {
    try {
      const handle = await open(file);
      return { handle, inode: (await handle.stat()).ino };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return null;
}

/**
 * The files that were created after the one that is being read, in order: none, one, or two when files fill quickly. The supervisor
 * keeps two files, so lines of a third one between are lost.
 */
export async function newerLogs(file: string, reading: OpenLog | undefined): Promise<OpenLog[]> {
  const current = await openLog(file);
  if (!current) return [];
  if (current.inode === reading?.inode) {
    await current.handle.close();
    return [];
  }
  const before = await openLog(rotatedLogFile(file));
  if (!before) return [current];
  if (before.inode !== reading?.inode && before.inode !== current.inode) return [before, current];
  await before.handle.close();
  return [current];
}
