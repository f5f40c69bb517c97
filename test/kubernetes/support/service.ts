import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterTests } from '../../support/after-tests.js';
import { collect, repository } from '../../support/launch.js';

const READY_MS = 30_000;

export interface Service {
  child: ChildProcess;
  /** Its log output. */
  output(): string;
  kill(): Promise<void>;
}

/** Starts a service as a process, which ends with the tests of the file at the latest. */
export async function startService(name: string, env: Record<string, string>): Promise<Service> {
  const child = fork(repository(`services/${name}/dist/main.js`), [], {
    env: { ...env, MCP_GATEWAY_LOG_LEVEL: 'info' },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = collect(child);
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  afterTests(kill);
  const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_MS) });
  await Promise.race([ready, exited.then(() => Promise.reject(new Error(`${name} ended: ${output()}`)))]).catch(
    (error) => {
      throw new Error(`${name} does not start: ${output()}`, { cause: error });
    },
  );
  return { child, output, kill };
}
