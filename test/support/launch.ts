import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterTests } from './after-tests.js';
import { family, marked, survivors, type ProcessLine } from './processes.js';
import { waitFor } from './wait.js';

export const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const END_MS = 20_000;
const PATH = process.env['PATH'] ?? '';
const NODE_COMPILE_CACHE = repository('node_modules/.cache/compiled');

/** A gateway from the moment of its start, also when the start fails. */
export interface Launched {
  pid: number;
  output(): string;
  hasEnded(): boolean;
  /** Its running processes, including those that have lost their parent. */
  processes(): ProcessLine[];
  /** Waits for it to end by itself. */
  ended(): Promise<Ending>;
  /** Sends the signal: a terminal's signals to the whole group, as a terminal does, others to its first process. */
  end(signal?: NodeJS.Signals): Promise<Ending>;
}

interface Ending {
  /** The exit code of the first process; null when a signal ended it. */
  code: number | null;
  /** Its processes that still run after a time limit. */
  left: ProcessLine[];
}

/**
 * Starts a gateway as `npm start` does.
 * @param home becomes its HOME, which its processes inherit and which identifies them; it contains the data folder
 * @param as a command that runs it as another user
 * @param options of `npm start`
 */
export function launch(
  home: string,
  env: Record<string, string> = {},
  as: readonly string[] = [],
  options: readonly string[] = [],
): Launched {
  const [command = '', ...args] = [...as, process.execPath, repository('packages/local/dist/main.js'), ...options];
  const child = spawn(command, args, {
    cwd: repository('.'),
    env: {
      PATH,
      HOME: home,
      NODE_COMPILE_CACHE,
      PORT: '0',
      MCP_GATEWAY_DATA: join(home, 'data'),
      MCP_GATEWAY_DRAIN_SECONDS: '1',
      ...env,
    },
    // The gateway ends when the channel closes, so it does not outlive a test run that is killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // a process group of its own, as in a terminal
  });
  const pid = child.pid as number;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const processes = () => [...new Map([...family(pid), ...marked(home)].map((each) => [each.pid, each])).values()];

  async function ending(before: ProcessLine[]): Promise<Ending> {
    if (!hasEnded())
      await once(child, 'exit', { signal: AbortSignal.timeout(END_MS) }).catch(() => child.kill('SIGKILL'));
    const left = () => [...survivors(before), ...marked(home)];
    await waitFor('all processes to end', () => left().length === 0).catch(() => {});
    return { code: child.exitCode, left: left() };
  }
  afterTests(async () => {
    if (!hasEnded()) child.kill('SIGTERM');
    const { left } = await ending([]);
    if (left.length > 0) throw new Error(`still runs of what was started in ${home}: ${JSON.stringify(left)}`);
  });
  return {
    pid,
    output: collect(child),
    hasEnded,
    processes,
    ended: () => ending([]),
    end(signal = 'SIGINT') {
      const before = processes();
      process.kill(['SIGINT', 'SIGHUP'].includes(signal) ? -pid : pid, signal);
      return ending(before);
    },
  };
}

export function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  return () => text;
}
