import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '@mcp-gateway/platform/config';
import type { RunningPart } from './keep-running.js';

const READY_MS = 30_000;
const STOP_MS = 8_000;
/** The folder of V8's compile cache, which makes the next start faster; Node works without it where it cannot write. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url));

/** The variables that have a value. */
export const definedVariables = (names: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/**
 * Starts a service as a child process and waits until it reports that it is ready. A service ends when its
 * IPC channel closes (packages/platform, serving).
 * @throws Error when the service ends before it is ready; it has written the reason to standard error
 */
export async function startService(name: string, env: Record<string, string>): Promise<RunningPart> {
  const entry = fileURLToPath(new URL(`../../../services/${name}/dist/main.js`, import.meta.url));
  const child = fork(entry, [], {
    env: { NODE_COMPILE_CACHE, ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const running = {
    exited,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} was not ready within ${READY_MS} ms`)), READY_MS);
    child.once('message', () => resolve());
    void exited.then(() => reject(new Error(`${name} could not start`)));
    void exited.finally(() => clearTimeout(late));
    child.once('message', () => clearTimeout(late));
  }).catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return running;
}

/** The services in the order of their metrics ports. */
const SERVICES = ['data-plane', 'control-plane', 'deployment-worker', 'tool-router'];
const OTHERS = SERVICES.length - 1;

const MAX_PORT = 65_535;

/** The metrics port of a service: the data plane has the configured port, the others the next ones. With 0, each has a free port. */
export function metricsEnvironment(
  service: string,
  config: { MCP_GATEWAY_METRICS_PORT?: number | undefined; MCP_GATEWAY_METRICS_HOST: string },
): Record<string, string> {
  const { MCP_GATEWAY_METRICS_PORT: first, MCP_GATEWAY_METRICS_HOST } = config;
  if (first === undefined) return {};
  if (first > MAX_PORT - OTHERS) {
    throw new ConfigError(
      `MCP_GATEWAY_METRICS_PORT must be at most ${MAX_PORT - OTHERS}: three other services use the next three ports.`,
    );
  }
  const port = first === 0 ? 0 : first + SERVICES.indexOf(service);
  return { MCP_GATEWAY_METRICS_PORT: String(port), MCP_GATEWAY_METRICS_HOST };
}
