import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import { afterTests, folder } from './after-tests.js';
import { managementApi, type Api } from './api.js';
import { collect, launch, repository, type Launched } from './launch.js';
import { environmentOf, type ProcessLine } from './processes.js';
import { waitFor } from './wait.js';

export { freePort };

/** Less than the time limit of a test; a busy machine starts processes slowly. */
const LISTEN_MS = 25_000;
const START_MS = 60_000;

export type CatalogueFile = Record<
  string,
  { command: string; args?: string[]; env?: Record<string, string>; transport?: 'stdio' }
>;

export interface GatewayOptions {
  env?: Record<string, string>;
  /** The home of an earlier gateway, to start it again with its data. */
  home?: string;
  /** Written to a file in its home, for MCP_GATEWAY_CATALOGUE. */
  catalogue?: CatalogueFile;
  /** A command that runs the gateway as another user. */
  as?: readonly string[];
  /** Options of `npm start`, such as `--auth oidc`. */
  options?: readonly string[];
}

/** The gateway as `npm start` runs it, as a black box: tests start it, use its URL and end it. */
export interface Gateway extends Launched {
  url: string;
  home: string;
  api: Api;
  writeCatalogue(entries: CatalogueFile): Promise<void>;
  /**
   * The process of a part: the server itself, not its child guard.
   * @throws Error when there is none, or more than one
   */
  part(name: Part): number;
}

export type Part = keyof typeof PARTS;

const PARTS = {
  'control-plane': /\/control-plane\/dist\/main\.js$/,
  'deployment-worker': /\/deployment-worker\/dist\/main\.js$/,
  'data-plane': /\/data-plane\/dist\/main\.js$/,
  'tool-router': /\/tool-router\/dist\/main\.js$/,
  postgres: /^\/.*\/postgres -D /,
  redis: /^\S*(redis|valkey)-server |^\S+ .*\/wasm-server\.js /,
};

const allOf = (name: Part, running: ProcessLine[]): ProcessLine[] =>
  running.filter(({ command }) => PARTS[name].test(command) && !command.startsWith('/bin/sh'));

/** Starts it and waits until it prints its URL. It ends with the tests at the latest. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const home = options.home ?? (await folder());
  const catalogueFile = join(home, 'catalogue.json');
  const writeCatalogue = (entries: CatalogueFile) => writeFile(catalogueFile, JSON.stringify(entries));
  if (options.catalogue) await writeCatalogue(options.catalogue);
  const { MCP_GATEWAY_PUBLIC_URL: publicUrl, PORT: given } = options.env ?? {};
  // It prints its public URL only, which leads nowhere in a test.
  const port = publicUrl !== undefined && given === undefined ? await freePort() : undefined;
  const env = {
    ...options.env,
    ...(port !== undefined && { PORT: String(port) }),
    ...(options.catalogue && { MCP_GATEWAY_CATALOGUE: catalogueFile }),
  };

  const launched = launch(home, env, options.as, options.options);
  const { output, hasEnded, processes } = launched;
  const printed = await waitFor(
    'the gateway to print its URL',
    () => (hasEnded() ? 'ended' : /Manage servers at (https?:\/\/\S+)\/adapters/.exec(output())?.[1]),
    START_MS,
  );
  if (printed === 'ended') throw new Error(`the gateway ended: ${output()}`);
  const url = port === undefined ? printed : `http://127.0.0.1:${port}`;
  return {
    ...launched,
    url,
    home,
    api: managementApi(url),
    writeCatalogue,
    part(name) {
      const found = allOf(name, processes());
      if (found.length === 1) return (found[0] as ProcessLine).pid;
      throw new Error(`there are ${found.length} of ${name}: ${JSON.stringify(found)}`);
    },
  };
}

/** For settings with which it does not start: resolves with its output once it has ended. */
export async function refusedStart(env: Record<string, string>, home?: string, options: readonly string[] = []) {
  const launched = launch(home ?? (await folder()), env, [], options);
  const { code, left } = await launched.ended();
  return { code, left, output: launched.output() };
}

/** One more data plane or tool router beside the gateway's own, with the same settings but for the ports. */
async function startService(gateway: Gateway, part: 'data-plane' | 'tool-router') {
  const [own] = allOf(part, gateway.processes());
  // NODE_CHANNEL_FD and similar variables describe a channel to a parent, which this process does not have.
  const settings = Object.entries(environmentOf(own?.pid ?? 0)).filter(([name]) => !/^NODE_|_METRICS_PORT$/.test(name));
  const env = { ...Object.fromEntries(settings), PORT: '0', MCP_GATEWAY_LOG_LEVEL: 'info' };
  const entry = repository(`services/${part}/dist/main.js`);
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  afterTests(async () => {
    if (child.kill('SIGKILL')) await once(child, 'exit');
  });
  const output = collect(child);
  const port = await waitFor(`a ${part} to listen`, () => /"port":(\d+)/.exec(output())?.[1], LISTEN_MS);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`a ${part} to have routes`, async () => (await fetch(`${url}/readyz`)).ok);
  return { url, pid: child.pid as number, output };
}

export const startDataPlane = (gateway: Gateway) => startService(gateway, 'data-plane');

/** Resolves once it announces itself. */
export async function startToolRouter(gateway: Gateway) {
  const router = await startService(gateway, 'tool-router');
  await waitFor('the tool router to announce itself', () => router.output().includes('told of this tool router'));
  return router;
}
