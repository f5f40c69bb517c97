import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { managementApi, type Api } from './api.js';
import { afterTests, folder } from './after-tests.js';
import { environmentOf, family, marked, survivors, type ProcessLine } from './processes.js';
import { waitFor } from './wait.js';

export const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const START_MS = 60_000;
const END_MS = 20_000;
const PATH = process.env['PATH'] ?? '';

type CatalogueFile = Record<string, { command: string; args?: string[]; env?: Record<string, string> }>;

export interface GatewayOptions {
  env?: Record<string, string>;
  /** Where it was started before, to start it again on what it left. */
  home?: string;
  /** Written to a file in its home, for MCP_GATEWAY_CATALOGUE. */
  catalogue?: CatalogueFile;
  /** A command that runs it as somebody else. */
  as?: readonly string[];
}

/** The gateway as `npm start` runs it, as a black box: started, addressed by URL, ended. */
export interface Gateway {
  url: string;
  /** Of the process that started all others. */
  pid: number;
  home: string;
  api: Api;
  output(): string;
  writeCatalogue(entries: CatalogueFile): Promise<void>;
  /** Everything that it started and that runs now, also what has lost its parent. */
  processes(): ProcessLine[];
  /**
   * The process of a part: the server itself, not the shell that holds its leash.
   * @throws Error when there is none, or more than one
   */
  part(name: Part): number;
  /** Sends the signal as a terminal does, to the whole group; SIGKILL and SIGTERM reach its first process only. */
  end(signal?: NodeJS.Signals): Promise<Ending>;
}

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it had started and what did not end; waited for. */
  left: ProcessLine[];
}

export type Part = keyof typeof PARTS;

const PARTS = {
  'control-plane': /\/control-plane\/dist\/main\.js$/,
  'deployment-worker': /\/deployment-worker\/dist\/main\.js$/,
  'data-plane': /\/data-plane\/dist\/main\.js$/,
  postgres: /^\S+\/postgres -D /,
  redis: /^\S*(redis|valkey)-server |^\S+ .*\/wasm-server\.js /,
};

/** Starts it and waits until it says where it is. It ends with the tests at the latest. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const home = options.home ?? (await folder());
  // When its turn comes, everything that was started later in the same home has been killed.
  if (!options.home) {
    afterTests(() => waitFor(`what was started in ${home} to end`, () => marked(home).length === 0));
  }
  const catalogueFile = join(home, 'catalogue.json');
  const writeCatalogue = (entries: CatalogueFile) => writeFile(catalogueFile, JSON.stringify(entries));
  if (options.catalogue) await writeCatalogue(options.catalogue);
  const env = { ...options.env, ...(options.catalogue && { MCP_GATEWAY_CATALOGUE: catalogueFile }) };
  const { child, output } = launch(home, env, options.as);
  const url = await waitFor(
    'the gateway to print its URL',
    () => (hasEnded(child) ? 'ended' : /Manage servers at (http:\/\/\S+)\/adapters/.exec(output())?.[1]),
    START_MS,
  );
  if (url === 'ended') throw new Error(`the gateway ended with ${child.exitCode ?? child.signalCode}: ${output()}`);
  const pid = child.pid as number;
  const processes = () => [...new Map([...family(pid), ...marked(home)].map((each) => [each.pid, each])).values()];
  return {
    url,
    pid,
    home,
    api: managementApi(url),
    output,
    writeCatalogue,
    processes,
    part(name) {
      const found = processes().filter(({ command }) => PARTS[name].test(command) && !command.startsWith('/bin/sh'));
      if (found.length === 1) return (found[0] as ProcessLine).pid;
      throw new Error(`there are ${found.length} of ${name}: ${JSON.stringify(found)}`);
    },
    async end(signal = 'SIGINT') {
      const before = processes();
      process.kill(['SIGINT', 'SIGHUP'].includes(signal) ? -pid : pid, signal);
      if (!hasEnded(child)) await once(child, 'exit', { signal: AbortSignal.timeout(END_MS) });
      const remaining = () => [...survivors(before), ...marked(home)];
      await waitFor('all processes to end', () => remaining().length === 0).catch(() => {});
      return { code: child.exitCode, signal: child.signalCode, left: remaining() };
    },
  };
}

/** For a configuration with which it does not start: runs it to its end. */
export async function refusedStart(
  env: Record<string, string>,
  home?: string,
): Promise<{ code: number | null; said: string }> {
  const { child, output } = launch(home ?? (await folder()), env);
  await once(child, 'close', { signal: AbortSignal.timeout(END_MS) });
  return { code: child.exitCode, said: output() };
}

/** One more data plane beside the gateway's own, with the same settings but for the port. */
export async function startDataPlane(gateway: Gateway): Promise<{ url: string }> {
  const env = { ...environmentOf(gateway.part('data-plane')), PORT: '0', MCP_GATEWAY_LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [repository('services/data-plane/dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterTests(() => ended(child, 'SIGKILL'));
  const output = collect(child);
  const port = await waitFor('a data plane to listen', () => /"port":(\d+)/.exec(output())?.[1]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('a data plane to have routes', async () => (await fetch(`${url}/readyz`)).ok);
  return { url };
}

function launch(home: string, env: Record<string, string>, as: readonly string[] = []) {
  const command = [...as, process.execPath, repository('packages/local/dist/main.js')];
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: repository('.'),
    // HOME is handed down, which marks what belongs to this gateway.
    env: { PATH, HOME: home, PORT: '0', MCP_GATEWAY_DATA: join(home, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, as in a terminal
  });
  afterTests(() => ended(child, 'SIGKILL'));
  return { child, output: collect(child) };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals) {
  if (hasEnded(child)) return;
  child.kill(signal);
  await once(child, 'exit');
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  return () => text;
}
