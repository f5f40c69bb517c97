import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatalogueError, type CatalogueEntry } from '../catalogue.js';

/**
 * Searches the command as a shell does. The exit code of a shell would not do: the command itself may exit with the same code.
 * @throws CatalogueError StartFailed when the folder or the command is missing, or when the command is not executable
 */
export async function checkCommand({ command, cwd }: CatalogueEntry, path: string): Promise<void> {
  if (cwd !== undefined && (await kindOf(cwd)) !== 'folder') {
    throw new CatalogueError(
      'StartFailed',
      `The command "${command}" has the working directory ${cwd}, which is not a folder. Create it, or correct "cwd" in the catalogue.`,
    );
  }
  const folders = command.includes('/') ? [''] : path.split(':');
  const found = await Promise.all(folders.map((folder) => kindOf(resolve(cwd ?? '', folder, command))));
  if (found.includes('program')) return;
  const why = found.includes('file')
    ? 'may not be run'
    : command.includes('/')
      ? 'does not exist'
      : 'is not on the PATH';
  throw new CatalogueError(
    'StartFailed',
    `The command "${command}" ${why}. Install it or make it executable, or correct "command" in the catalogue.`,
  );
}

async function kindOf(path: string): Promise<'folder' | 'program' | 'file' | 'nothing'> {
  const found = await stat(path).catch(() => null);
  if (!found) return 'nothing';
  if (found.isDirectory()) return 'folder';
  return access(path, constants.X_OK).then(
    () => 'program',
    () => 'file',
  );
}
