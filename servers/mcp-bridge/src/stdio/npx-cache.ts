import { rm, stat } from 'node:fs/promises';
import type { Log } from '../log.js';

const BROKEN = /ENOENT.* open '(\/[^']*\/_npx\/[\da-f]{16})\/package\.json'/;
/** An installation that is under way looks the same, so it gets this time without a change. */
const UNTOUCHED_MS = 120_000;

/** The folder in npm's cache that makes `npx` fail each time, by a line that it has written; undefined for any other line. */
export const brokenFolderIn = (line: string): string | undefined => BROKEN.exec(line)?.[1];

/**
 * Removes a folder that an interrupted `npx` has left without its package.json. `npx` does not repair it, so the server could never start
 * again. Leaves it while something changes in it.
 */
export async function repairNpxCache(folder: string, log: Log, now = Date.now()): Promise<void> {
  const isOld = async (path: string) => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined || now - found.mtimeMs > UNTOUCHED_MS;
  };
  const isWhole = await stat(`${folder}/package.json`).then(
    () => true,
    () => false,
  );
  if (isWhole || !(await isOld(folder)) || !(await isOld(`${folder}/node_modules`))) return;
  await rm(folder, { recursive: true, force: true });
  log(`mcp-bridge: removed ${folder}, which an interrupted npx has left behind`);
}
