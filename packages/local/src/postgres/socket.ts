import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with the closing NUL. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** The server has no port, but PostgreSQL and its clients name the socket by one. */
export const socketFile = (socketDir: string): string => join(socketDir, '.s.PGSQL.5432');

/** @throws Error when the path is too long for a Unix socket */
export async function makeSocketDir(socketDir: string): Promise<void> {
  const bytes = Buffer.byteLength(socketFile(socketDir));
  if (bytes > MAX_PATH_BYTES) {
    throw new Error(
      `${socketFile(socketDir)} is ${bytes} bytes long, and a Unix socket allows ${MAX_PATH_BYTES}. Use a shorter folder.`,
    );
  }
  await mkdir(socketDir, { recursive: true });
  // Any user that can open the socket is the superuser of this server.
  await chmod(socketDir, 0o700);
}

export function socketUrl(socketDir: string, database: string): string {
  return `postgresql://postgres@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDir)}`;
}
