import { Command } from 'commander';
import { ConnectionError, GatewayError } from '@mcp-gateway/client';
import { CliError, EXIT, failureOf } from '../frame/exit.js';
import { local, type Run, sessionFor, type Surroundings } from '../frame/frame.js';
import { gatewayOfUrl } from '../frame/session.js';
import { paint, write } from '../frame/terminal.js';
import { toolsOf, withClient } from './mcp-session.js';

/** More than tokens and signatures tolerate. */
const MAX_CLOCK_MS = 20_000;
const OLDEST_NODE = 20;

/** What one check found: nothing wrong, or what to do. `skipped` when an earlier one makes it pointless. */
interface Finding {
  check: string;
  result: 'ok' | 'failed' | 'skipped';
  message: string;
}

/** `mcp-gateway doctor`. */
export const doctorCommand = (surroundings: Surroundings): Command =>
  new Command('doctor')
    .description('check whether this machine can use the gateway, and say what to do')
    .option('--call <endpoint>', 'the MCP endpoint to list tools at, or its URL', '/mcp')
    .action(
      local(surroundings, async (run, options: { call: string }) =>
        doctor({ ...run, session: await sessionFor(run, gatewayOfUrl(options.call)) }, options),
      ),
    );

async function doctor(run: Run, { call: endpoint }: { call: string }): Promise<void> {
  const { terminal, print } = run;
  const findings: Finding[] = [];
  const add = async (check: string, work: () => Promise<string>) => {
    const isPointless = findings.some(({ result }) => result === 'failed') && check !== 'versions';
    findings.push(
      isPointless ? { check, result: 'skipped', message: 'an earlier check failed' } : await found(check, work),
    );
    const { result, message } = findings.at(-1) as Finding;
    const style = { ok: 'green', failed: 'red', skipped: 'yellow' } as const;
    if (print.format.kind === 'table')
      await write(
        terminal.stdout,
        `${paint(style[result], result.padEnd(8), terminal.stdout, terminal)}${check}: ${message}\n`,
      );
  };
  let answer: Response | undefined;
  await add('reachability', async () => {
    answer = await reach(run);
    return `${run.session.target.gateway} answers${run.session.target.context ? ` (context "${run.session.target.context.name}")` : ''}`;
  });
  await add('clock', async () => clock(answer?.headers.get('date') ?? null));
  await add('versions', async () => versions(run, answer !== undefined));
  await add('sign-in', async () => signIn(run));
  await add('a request of MCP', async () => {
    let tools = 0;
    await withClient(run, endpoint, async (client) => {
      tools = (await toolsOf(client)).tools.length;
    });
    return `${endpoint} lists ${tools} tools`;
  });
  if (print.format.kind !== 'table')
    await print.value(findings, findings.map(({ check, result }) => `${result} ${check}\n`).join(''));
  const failed = findings.filter(({ result }) => result === 'failed').length;
  if (failed > 0)
    throw new CliError(`${failed} of ${findings.length} checks failed; what to do is above.`, { exit: EXIT.failed });
}

async function found(check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { check, result: 'ok', message: await work() };
  } catch (thrown) {
    return { check, result: 'failed', message: failureOf(thrown).message.replaceAll('\n', ' ') };
  }
}

async function reach({ session, signal, globals }: Run): Promise<Response> {
  const url = `${session.target.gateway}/livez`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(globals.timeoutMs)]);
  const answer = await session.fetch(url, { signal: limit }).catch((cause: unknown) => {
    const { message } = ((cause as { cause?: unknown }).cause ?? cause) as Error;
    throw new ConnectionError('unreachable', `${url} cannot be reached: ${message}`, { cause });
  });
  await answer.body?.cancel();
  if (!answer.ok)
    throw new CliError(
      `${url} answered ${answer.status}: something else than an MCP Gateway may be there. Check --gateway, and the path prefix if a proxy has one.`,
    );
  return answer;
}

function clock(date: string | null): string {
  if (date === null || Number.isNaN(Date.parse(date))) return 'the gateway does not say its time';
  const differenceMs = Math.abs(Date.now() - Date.parse(date));
  // The header has whole seconds.
  if (differenceMs <= MAX_CLOCK_MS) return 'both clocks agree';
  throw new CliError(
    `The clocks of this machine and of the gateway differ by ${Math.round(differenceMs / 1000)} seconds, so tokens may be refused. Synchronize the clock of this machine (NTP).`,
  );
}

/** Of the gateway only where one answers. */
async function versions({ session, version }: Run, isThere: boolean): Promise<string> {
  const node = process.versions.node;
  if (Number(node.split('.')[0]) < OLDEST_NODE)
    throw new CliError(`Node.js ${node} is too old; install ${OLDEST_NODE} or newer.`);
  if (!isThere) return `command ${version}, Node.js ${node}`;
  const answer = await session.fetch(`${session.target.gateway}/openapi.json`).catch(() => undefined);
  const document = (await answer?.json().catch(() => undefined)) as { info?: { version?: string } } | undefined;
  const gateway = document?.info?.version;
  if (gateway !== undefined && gateway.split('.')[0] !== version.split('.')[0]) {
    throw new CliError(
      `This command has version ${version} and the gateway ${gateway}; install the command of the gateway's version.`,
    );
  }
  return `command ${version}, gateway ${gateway ?? 'unknown'}, Node.js ${node}`;
}

const SIGN_INS = {
  development: 'as development sign-in has it',
  login: 'with the login of the context',
  token: 'with a token',
  'token-file': 'with a token from a file',
  'api-key': 'with an API key',
  'api-key-file': 'with an API key from a file',
};

async function signIn({ session, signal }: Run): Promise<string> {
  const { kind } = session.target.signIn;
  try {
    await session.client.call('listAdapters', { query: { limit: 1 }, signal });
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.status !== 401 || kind !== 'development') throw thrown;
    throw new CliError(
      'The gateway wants a sign-in, and there is none. Sign in with `mcp-gateway login`, or set MCP_GATEWAY_API_KEY or MCP_GATEWAY_TOKEN.',
    );
  }
  return `you are signed in, ${SIGN_INS[kind]}`;
}
