import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { GatewayError, type GatewayClient, type Schemas } from '@mcp-gateway/client';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { durationMs } from '../frame/flags.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { inCommands } from '../frame/in-commands.js';
import { age, type View } from '../frame/output.js';
import { harmless, oneLine, paint, type Style, type Terminal, write } from '../frame/terminal.js';
import { kindOf, kinds, type Ref, refOf } from './kinds.js';

const POLL_MS = 1_000;

type Status = Schemas['ToolsetStatus'] & Partial<Omit<Schemas['AdapterStatus'], keyof Schemas['ToolsetStatus']>>;

/** A status with its kind, which the API does not repeat. */
interface Observed extends Status {
  kind: string;
}

async function statusOf(client: GatewayClient, { kind, name }: Ref): Promise<Observed> {
  const path = { name };
  switch (kind.singular) {
    case 'tool':
      return { kind: 'tool', ...(await client.call('getToolStatus', { path })) };
    case 'toolset':
      return { kind: 'toolset', ...(await client.call('getToolsetStatus', { path })) };
    default:
      return { kind: 'adapter', ...(await client.call('getAdapterStatus', { path })) };
  }
}

const STYLE: Record<string, Style> = {
  Ready: 'green',
  Progressing: 'yellow',
  Pending: 'yellow',
  Degraded: 'red',
  Failed: 'red',
};

/** A server that runs elsewhere has no image and no replicas. */
const replicasOf = ({ readyReplicas, desiredReplicas, image }: Observed) =>
  desiredReplicas === undefined || (desiredReplicas === 0 && image === undefined)
    ? undefined
    : `${readyReplicas}/${desiredReplicas}`;

/** What a person should read first: the condition that is false, or else the one that is open, or the first one. */
function messageOf({ conditions, phase }: Observed): string | undefined {
  const isReady = phase === 'Ready';
  // A change that is done is no longer under way.
  const wrong = conditions.find(({ type, status: is }) => is === 'False' && !(isReady && type === 'Progressing'));
  const open = isReady ? undefined : (conditions.find(({ status: is }) => is !== 'True') ?? conditions[0]);
  const read = wrong ?? open;
  return read && inCommands(read.message);
}

const view: View<Observed> = {
  name: ({ kind, name }) => `${kind}/${name}`,
  none: 'There is nothing that you may see.',
  columns: [
    { title: 'RESOURCE', value: ({ kind, name }) => `${kind}/${name}` },
    { title: 'PHASE', value: ({ phase }) => phase, style: ({ phase }) => STYLE[phase] },
    { title: 'READY', value: replicasOf },
    { title: 'IMAGE', value: ({ image }) => image, wide: true },
    { title: 'MESSAGE', value: messageOf },
  ],
};

/** `mcp-gateway status`. */
export const statusCommand = (surroundings: Surroundings): Command =>
  new Command('status')
    .description('how resources are: phase, replicas, and what is wrong in words')
    .argument('[resource]', 'NAME of an adapter, or adapter/NAME, tool/NAME, toolset/NAME; without it, everything')
    .option('-w, --watch', 'print again whenever it changes, until Ctrl-C')
    .action(act(surroundings, status));

async function status(run: Run, given: string | undefined, { watch = false }: { watch?: boolean }): Promise<void> {
  const { session, print, terminal, signal } = run;
  const ref = given === undefined ? undefined : refOf(given);
  for (let before = ''; !signal.aborted;) {
    const seen = ref ? [await statusOf(session.client, ref)] : await everyStatus(session.client);
    const now = JSON.stringify(seen);
    if (now !== before && ref && print.format.kind === 'table')
      await write(terminal.stdout, described(seen[0] as Observed, terminal));
    else if (now !== before) await (ref ? print.one(seen[0] as Observed, view) : print.list(seen, view));
    before = now;
    if (!watch) return;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function everyStatus(client: GatewayClient): Promise<Observed[]> {
  const refs: Ref[] = [];
  for (const kind of kinds.filter(({ key }) => key === 'name')) {
    for (const { name } of await kind.list(client)) refs.push({ kind, name: String(name) });
  }
  const found: (Observed | undefined)[] = [];
  const AT_ONCE = 8;
  for (let from = 0; from < refs.length; from += AT_ONCE) {
    found.push(
      ...(await Promise.all(refs.slice(from, from + AT_ONCE).map((ref) => statusOf(client, ref).catch(unlessGone)))),
    );
  }
  return found.filter((each) => each !== undefined);
}

/** It may have been deleted since it was listed. */
function unlessGone(thrown: unknown): undefined {
  if (thrown instanceof GatewayError && thrown.status === 404) return undefined;
  throw thrown;
}

function described(seen: Observed, terminal: Terminal): string {
  const phase = paint(STYLE[seen.phase] ?? 'bold', seen.phase, terminal.stdout, terminal);
  const ready = replicasOf(seen);
  const lines = [
    `${seen.kind}/${seen.name}  ${phase}${ready ? `  ${ready} ready` : ''}${seen.image ? `  ${oneLine(seen.image)}` : ''}`,
  ];
  for (const { type, status: is, reason, message } of seen.conditions) {
    lines.push(
      `  ${type}: ${is === 'True' ? 'yes' : is === 'False' ? 'no' : 'unknown'} (${reason}) ${oneLine(inCommands(message))}`,
    );
  }
  for (const replica of seen.replicas ?? []) {
    const { instance, state, restartCount, startedAt, message } = replica;
    const since = startedAt ? `, started ${age(startedAt)} ago` : '';
    lines.push(
      `  replica ${instance}: ${state}${since}, ${restartCount} restarts${message ? `. ${oneLine(message)}` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

interface LogOptions {
  follow?: boolean;
  instance?: string;
  tail?: string;
  since?: string;
  previous?: boolean;
}

/** `mcp-gateway logs`. */
export const logsCommand = (surroundings: Surroundings): Command =>
  new Command('logs')
    .description('the output of a replica')
    .argument('<resource>', 'NAME of an adapter, or adapter/NAME or tool/NAME')
    .option('-f, --follow', 'go on with what the replica writes from now on')
    .option('-i, --instance <number>', 'the number of the replica, from 0')
    .option('--tail <lines>', 'how many of the last lines')
    .option('--since <duration>', 'only lines that are younger, such as 10m; on Kubernetes')
    .option('--previous', 'of the process before the current one; on Kubernetes')
    .action(act(surroundings, logs));

async function logs({ session, terminal, signal }: Run, given: string, options: LogOptions): Promise<void> {
  const { kind, name } = refOf(given, ['adapter', 'tool']);
  const { follow, instance, tail, since, previous } = options;
  const input = {
    path: { name },
    query: {
      ...(follow && { follow }),
      ...(previous && { previous }),
      ...(since !== undefined && { since }),
      ...(instance !== undefined && { instance: numberOf('--instance', instance) }),
      ...(tail !== undefined && { tail: numberOf('--tail', tail) }),
    },
    signal,
  };
  const { client } = session;
  const lines = kind.singular === 'tool' ? client.stream('getToolLogs', input) : client.stream('getAdapterLogs', input);
  for await (const line of lines) await write(terminal.stdout, `${harmless(line)}\n`);
}

function numberOf(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw usageError(`${flag} takes a number and not "${text}".`);
  return Number(text);
}

/** `mcp-gateway wait`. */
export const waitCommand = (surroundings: Surroundings): Command =>
  new Command('wait')
    .description('wait until resources are ready or deleted')
    .argument('<resource...>', 'NAME of an adapter, or adapter/NAME, tool/NAME, toolset/NAME')
    .requiredOption('--for <condition>', 'ready or deleted')
    .option('--within <duration>', 'how long to wait at most', '5m')
    .action(act(surroundings, wait));

async function wait(
  run: Run,
  given: string[],
  { for: condition, within }: { for: string; within: string },
): Promise<void> {
  if (condition !== 'ready' && condition !== 'deleted')
    throw usageError(`--for takes ready or deleted and not "${condition}".`);
  const deadline = Date.now() + durationMs(within);
  for (const text of given) await waitForOne(run, refOf(text), { condition, within, deadline });
}

interface Wish {
  condition: 'ready' | 'deleted';
  within: string;
  deadline: number;
}

async function waitForOne(
  { session, print, signal }: Run,
  ref: Ref,
  { condition, within, deadline }: Wish,
): Promise<void> {
  const name = `${ref.kind.singular}/${ref.name}`;
  for (let said = ''; ;) {
    const seen = await statusOf(session.client, ref).catch((thrown: unknown) =>
      condition === 'deleted' ? unlessGone(thrown) : fail(thrown),
    );
    if (isMet(condition, seen)) return print.note(`${name} is ${condition}`);
    const now = seen
      ? `${name} is ${seen.phase}${replicasOf(seen) ? `, ${replicasOf(seen)} replicas ready` : ''}`
      : name;
    if (Date.now() >= deadline) {
      const message = seen && messageOf(seen);
      throw new CliError(`${now} and not ${condition} after ${within}.${message ? ` ${oneLine(message)}` : ''}`, {
        exit: EXIT.timeLimit,
        remedy: `\`mcp-gateway status ${name}\` and \`mcp-gateway logs ${name}\` say more.`,
      });
    }
    if (now !== said) await print.note(now);
    said = now;
    await sleep(Math.min(POLL_MS, Math.max(0, deadline - Date.now())), undefined, { signal });
  }
}

function fail(thrown: unknown): never {
  throw thrown;
}

/** Ready: the gateway has acted on the latest change, and all replicas that it wants run it. */
function isMet(condition: Wish['condition'], seen: Observed | undefined): boolean {
  if (condition === 'deleted') return seen === undefined;
  if (!seen || seen.phase !== 'Ready' || seen.observedGeneration < seen.generation) return false;
  return seen.desiredReplicas === undefined || seen.updatedReplicas === seen.desiredReplicas;
}

interface ExplainOptions {
  action?: 'read' | 'write';
  principal?: string;
  principalRoles?: string;
  apiKey?: string;
  tool?: string;
  arguments?: string;
}

/** `mcp-gateway explain`. */
export const explainCommand = (surroundings: Surroundings): Command =>
  new Command('explain')
    .description('why a caller may use or change a resource, or not')
    .argument('<resource>', 'NAME of an adapter, or adapter/NAME, tool/NAME, toolset/NAME')
    .option('--action <action>', 'read (to use it) or write (to change it)')
    .option('--principal <subject>', 'another caller than you; for administrators')
    .option('--principal-roles <roles>', 'the roles of that caller, separated by commas')
    .option('--api-key <id>', 'what a caller may do that signs in with this key')
    .option('--tool <name>', 'the call of a tool, for policies')
    .option('--arguments <json>', 'the arguments of that call')
    .action(act(surroundings, explain));

async function explain(
  { session, print }: Run,
  given: string,
  { principalRoles, ...options }: ExplainOptions,
): Promise<void> {
  const { kind, name } = refOf(given);
  const resource = `${kind.singular}/${name}`;
  const query = { resource, ...options, ...(principalRoles !== undefined && { roles: principalRoles }) };
  const found = await session.client.call('explainPermission', { query });
  const policies = found.policies.map((policy) => `  policy: ${oneLine(JSON.stringify(policy))}\n`).join('');
  const subject = (found.principal as { subject?: string }).subject ?? 'the caller';
  await print.value(
    found,
    `${subject} ${found.allowed ? 'may' : 'may not'} ${found.action} ${resource} (${found.rule}): ${oneLine(found.reason)}\n${policies}`,
  );
}

/** The names of resources of a kind, for completion. */
export async function namesOf(client: GatewayClient, kindName: string): Promise<string[]> {
  const kind = kindOf(kindName);
  return kind ? (await kind.list(client)).map((row) => String(row[kind.key])) : [];
}
