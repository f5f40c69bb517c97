import { fstatSync, readdirSync, statSync } from 'node:fs';

/** The number of open descriptors of the file in this process. */
export function descriptorsOf(file: string): number {
  const { dev, ino } = statSync(file);
  return readdirSync('/dev/fd').filter((descriptor) => {
    try {
      const open = fstatSync(Number(descriptor));
      return open.dev === dev && open.ino === ino;
    } catch {
      return false; // it was that of the folder that is read
    }
  }).length;
}
