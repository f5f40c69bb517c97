import { Command } from 'commander';
import { GatewayError, type GatewayClient } from '@mcp-gateway/client';
import { CliError, EXIT, failureOf, usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { oneLine, paint, write } from '../frame/terminal.js';
import { APPLY_ORDER, type Change, matches, planStep, type Step, type Wanted, wantedOf } from './apply-plan.js';
import { readDocuments } from './documents.js';
import { type Fields, kindOf, kinds } from './kinds.js';

interface ApplyOptions {
  file: string[];
  dryRun?: boolean;
  diff?: boolean;
  prune?: boolean;
  selector?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `mcp-gateway apply`. */
export const applyCommand = (surroundings: Surroundings): Command =>
  new Command('apply')
    .description('create and change resources until they are as files say')
    .requiredOption(
      '-f, --file <file>',
      'a YAML or JSON file, a folder of them, or - for standard input; several times',
      collect,
    )
    .option('--dry-run', 'say what would change, and change nothing; this command compares, the gateway does not check')
    .option('--diff', 'print each field that changes')
    .option('--prune', 'delete what --selector selects and no file has, of the kinds in the files')
    .option('-l, --selector <selector>', 'what --prune may delete, such as createdBy=ci')
    .action(act(surroundings, apply));

/** `mcp-gateway delete -f`. */
export const deleteCommand = (surroundings: Surroundings): Command =>
  new Command('delete')
    .description('delete the resources that files have')
    .requiredOption(
      '-f, --file <file>',
      'a YAML or JSON file, a folder of them, or - for standard input; several times',
      collect,
    )
    .action(
      act(surroundings, async (run, { file }: { file: string[] }) => {
        const wanted = (await read(run, file)).filter(({ kind }) => kind !== 'quota').toReversed();
        await each(run, wanted, async ({ kind, name }) => remove(run, kind, name));
      }),
    );

/** The documents in the order in which they are applied. */
async function read({ terminal }: Run, files: readonly string[]): Promise<Wanted[]> {
  const documents = [];
  for (const file of files) documents.push(...(await readDocuments(file, terminal)));
  const wanted = documents.flatMap(wantedOf);
  const names = wanted.map(({ kind, name }) => `${kind}/${name}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw usageError(`${twice} is in the files twice.`);
  return wanted.toSorted((a, b) => APPLY_ORDER.indexOf(a.kind) - APPLY_ORDER.indexOf(b.kind));
}

async function apply(
  run: Run,
  { file, dryRun = false, diff = false, prune = false, selector }: ApplyOptions,
): Promise<void> {
  if (prune && !selector)
    throw usageError('--prune needs --selector, so that it deletes nothing of others: -l createdBy=ci.');
  const { session, print, terminal } = run;
  const wanted = await read(run, file);
  const would = dryRun ? ' (dry run)' : '';
  await each(run, wanted, async (one) => {
    const step = planStep(one, await current(session.client, one));
    if (!dryRun) await execute(session.client, step);
    await print.note(`${one.kind}/${one.name} ${DONE[step.action]}${would}`);
    if ((diff || dryRun) && step.action === 'update') {
      for (const change of step.changes) await write(terminal.stdout, describe(change, run));
    }
  });
  for (const { kind, name } of prune && selector ? await superfluous(session.client, wanted, selector) : []) {
    if (dryRun) await print.note(`${kind}/${name} deleted${would}`);
    else await remove(run, kind, name);
  }
}

const DONE = { create: 'created', update: 'updated', unchanged: 'unchanged' } as const;

/** Goes on after a failure, and fails in the end. */
async function each(run: Run, wanted: readonly Wanted[], work: (one: Wanted) => Promise<void>): Promise<void> {
  const { terminal, signal } = run;
  let failed = 0;
  for (const one of wanted) {
    signal.throwIfAborted();
    try {
      await work(one);
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || wanted.length === 1) throw thrown;
      failed += 1;
      const label = paint('red', 'error:', terminal.stderr, terminal);
      await write(terminal.stderr, `${label} ${one.kind}/${one.name}: ${failureOf(thrown).message}\n`);
    }
  }
  if (failed > 0)
    throw new CliError(`${failed} of ${wanted.length} resources failed; the others are done.`, { exit: EXIT.failed });
}

async function current(client: GatewayClient, { kind: name, name: id }: Wanted): Promise<Fields | undefined> {
  const kind = kindOf(name);
  try {
    return kind ? await kind.get(client, id) : (await client.call('getQuota', { path: { id } })).limits;
  } catch (thrown) {
    // A quota without its tenant, which a dry run does not create, is new as well.
    if (thrown instanceof GatewayError && thrown.status === 404) return undefined;
    throw thrown;
  }
}

async function execute(client: GatewayClient, { action, wanted: { kind: kindName, name, body } }: Step): Promise<void> {
  const kind = kindOf(kindName);
  if (action === 'unchanged') return;
  if (!kind) await client.call('replaceQuota', { path: { id: name }, body });
  else if (action === 'create') await kind.create(client, body);
  else await kind.replace(client, name, body);
}

async function remove({ session, print }: Run, kindName: string, name: string): Promise<void> {
  try {
    await kindOf(kindName)?.remove(session.client, name);
    await print.note(`${kindName}/${name} deleted`);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.status !== 404) throw thrown;
    await print.note(`${kindName}/${name} is not there`);
  }
}

/** What is selected and in no file, of kinds that are in the files; what refers to others first. */
async function superfluous(client: GatewayClient, wanted: readonly Wanted[], selector: string) {
  const found: { kind: string; name: string }[] = [];
  for (const kind of kinds.filter(({ singular }) => wanted.some((one) => one.kind === singular))) {
    for (const row of await kind.list(client)) {
      const name = String(row[kind.key]);
      const isWanted = wanted.some((one) => one.kind === kind.singular && one.name === name);
      if (!isWanted && matches(row, selector)) found.push({ kind: kind.singular, name });
    }
  }
  return found.toSorted((a, b) => order(b.kind) - order(a.kind));
}

const order = (kind: string) => APPLY_ORDER.findIndex((one) => one === kind);

function describe({ pointer, from, to }: Change, { terminal }: Run): string {
  const line = (sign: '-' | '+', value: unknown) =>
    value === undefined
      ? ''
      : `${paint(sign === '-' ? 'red' : 'green', `  ${sign} ${pointer}: ${oneLine(JSON.stringify(value))}`, terminal.stdout, terminal)}\n`;
  return line('-', from) + line('+', to);
}
