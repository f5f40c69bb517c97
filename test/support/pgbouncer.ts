import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import { afterTests, folder } from './after-tests.js';
import { collect } from './launch.js';
import { waitFor } from './wait.js';

const PATH = process.env['PATH'] ?? '';

export const hasPgbouncer = ((): boolean => {
  try {
    execFileSync('pgbouncer', ['--version'], { env: { PATH }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * A PgBouncer in transaction mode before the database, otherwise configured as Debian does. It ends with the tests.
 * @param url of a database on a Unix socket
 * @param poolSize the maximum of connections to the server
 * @returns the URL of the same database through it
 */
export async function pgbouncer(url: string, poolSize = 20): Promise<string> {
  const { pathname, searchParams, username } = new URL(url.replace('@/', '@localhost/'));
  const sockets = searchParams.get('host') ?? '';
  const [home, port] = [await folder(), await freePort()];
  const config = join(home, 'pgbouncer.ini');
  await writeFile(
    config,
    `[databases]
* = host=${sockets} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
`,
    { mode: 0o644 },
  );
  const child = spawn('/bin/sh', ['-c', 'exec "$@"', 'sh', ...asOwnerOf(sockets), 'pgbouncer', config], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterTests(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });
  const output = collect(child);
  await waitFor('PgBouncer to listen', () => {
    if (child.exitCode !== null) throw new Error(output());
    return output().includes('process up');
  });
  return `postgresql://${username}@127.0.0.1:${port}${pathname}`;
}

/** PgBouncer refuses to run as root. The tests' PostgreSQL may be root outside of a user namespace in which it is not. */
function asOwnerOf(sockets: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const { uid } = statSync(sockets);
  return uid === 0 ? ['unshare', '--user', '--'] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
}
