import { open, type FileHandle } from 'node:fs/promises';
import { rotatedLogFile } from '../process/log-files.js';

/** A log file stays what it is while it is open, also when it is renamed or removed. */
export interface OpenLog {
  handle: FileHandle;
  inode: number;
}

/** The first of the files that is there; null when none is. */
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
 * Those that were begun since the one that is read, in order: none, one, or two when files fill up quickly. What was written
 * between is lost when there were more, as no more are kept.
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
