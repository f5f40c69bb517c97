import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Loopback is open to every user of the machine, so the server asks for a password. It stands in a file that only the
 * owner reads, in the form of a configuration of one line, because arguments show in the list of processes.
 */
export async function passwordFile(dataDir: string): Promise<{ file: string; password: string }> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'redis.conf');
  const line = `requirepass ${randomBytes(24).toString('hex')}\n`;
  await writeFile(file, line, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // kept, so that the URL survives a restart
  });
  const [, password] = /^requirepass (\w+)$/m.exec(await readFile(file, 'utf8')) ?? [];
  if (!password) throw new Error(`${file} holds no password; delete it, and a new one is made`);
  return { file, password };
}
