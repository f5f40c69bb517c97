import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { temporaryFolder } from './postgres.js';
import { waitFor } from './wait.js';

const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const PATH = process.env['PATH'] ?? '';
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

export interface GatewayOptions {
  /** Over what the gateway gets anyway; DATABASE_URL and REDIS_URL keep it from starting its own. */
  env?: Record<string, string>;
  /** To start it again on what it left. */
  data?: string;
}

/** The gateway as `npm start` runs it, as a black box: started, addressed by URL, ended. */
export interface Gateway {
  url: string;
  pid: number;
  data: string;
  output(): string;
  /** Ends it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends its first process as a crash would. */
  kill(): Promise<void>;
}

export async function startGateway({ env = {}, data }: GatewayOptions = {}): Promise<Gateway> {
  const folder = data ?? join(await temporaryFolder(), 'data');
  const child = start(['packages/local/dist/main.js'], { PORT: '0', MCP_GATEWAY_DATA: folder, ...env });
  const output = collect(child);
  const url = await waitFor(
    'the gateway to print its URL',
    () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}: ${output()}`);
      return /Manage servers at (http:\/\/\S+)\/adapters/.exec(output())?.[1];
    },
    60_000,
  );
  return {
    url,
    pid: child.pid as number,
    data: folder,
    output,
    async stop() {
      child.kill('SIGINT');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** One more data plane beside the gateway's own, on the same Redis and with the same session keys. */
export async function startDataPlane(gateway: Gateway, redisUrl: string): Promise<{ url: string }> {
  const child = start(['services/data-plane/dist/main.js'], {
    PORT: '0',
    REDIS_URL: redisUrl,
    MCP_GATEWAY_SESSION_KEYS: await readFile(join(gateway.data, 'session.key'), 'utf8'),
    CONTROL_PLANE_URL: gateway.url,
  });
  const output = collect(child);
  const port = await waitFor('a data plane to listen', () => /"port":(\d+)/.exec(output())?.[1]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('a data plane to have routes', async () => (await fetch(`${url}/readyz`)).ok);
  return { url };
}

function start(args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, args.map(repository), {
    cwd: repository('.'),
    env: { PATH, HOME: process.env['HOME'] ?? '/', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
