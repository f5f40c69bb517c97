import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { isInteractive, type Terminal } from '../frame/terminal.js';
import { unreadable } from '../commands/documents.js';
import { type Fields, kindOf, kinds } from '../commands/kinds.js';
import { planImport } from './documents.js';
import { exportAll } from './export.js';
import { importMicrosoft } from './microsoft.js';
import { type ImportedResource, type ImportPlan, joined, withUniqueNames } from './plan.js';
import { type Fate, fateOf, planText, toDo } from './plan-text.js';
import { inOrder, register } from './register.js';

const MAX_FILE_BYTES = 64 * 1_048_576;

interface Options {
  fromGateway?: string;
  sourceTokenEnv?: string;
  yes?: boolean;
  dryRun?: boolean;
  replace?: boolean;
  includeSecrets?: boolean;
  secretsFrom?: string;
  credential?: string;
  bridgeVersion: string;
}

/** `mcp-gateway import`. */
export function importCommand(surroundings: Surroundings): Command {
  return new Command('import')
    .description(
      'register what others have: configurations of MCP clients, server.json of the registry, ToolHive, Kuadrant, ' +
        "agentgateway, Microsoft's gateway, and exports of this gateway",
    )
    .argument('[files...]', 'files to read; - is standard input')
    .option('--from-gateway <url>', 'a Microsoft MCP gateway, whose API has its adapters and tools')
    .option('--source-token-env <variable>', 'the environment variable with an access token for that gateway')
    .option('--dry-run', 'show the plan and write nothing; with -o yaml, the documents')
    .option('--yes', 'do not ask')
    .option('--replace', 'replace resources of the same name')
    .option('--include-secrets', 'copy secrets into environmentVariables, where readers of the adapter see them')
    .option('--secrets-from <secret>', 'the Kubernetes Secret that has the variables which are not copied')
    .option('--credential <name>', 'the credential of the operator that replaces secret headers')
    .option('--bridge-version <tag>', 'the tag of the image mcp-proxy', 'latest')
    .action(act(surroundings, importAll));
}

/** `mcp-gateway export`. */
export function exportCommand(surroundings: Surroundings): Command {
  return new Command('export')
    .description('print all tenants, adapters, tools and toolsets that you may read, to be imported again')
    .action(
      act(surroundings, async ({ session, print }) => {
        const documents = await exportAll(session.client);
        await print.value(documents, documents.map((each) => `---\n${stringify(each, { lineWidth: 0 })}`).join(''));
      }),
    );
}

async function importAll(run: Run, files: string[], options: Options): Promise<void> {
  const { print } = run;
  const plan = await planOf(run, files, options);
  const resources = inOrder(plan);
  const shown = { resources, skipped: plan.skipped };
  if (options.dryRun && (print.format.kind === 'yaml' || print.format.kind === 'json')) {
    return print.value(
      resources.map(({ kind, spec }) => ({ kind, ...spec })),
      '',
    );
  }
  const fates = await fatesOf(run, resources, options.replace ?? false);
  const forPeople = planText(shown, fates);
  await (options.dryRun ? print.value(shown, forPeople) : print.note(forPeople));
  if (!options.dryRun && resources.length > 0) await registerAll(run, resources, fates, options);
  const unknown = plan.skipped.filter(({ isUnknown }) => isUnknown).map(({ from }) => from);
  if (unknown.length > 0) {
    throw usageError(
      `${unknown.join(', ')} cannot be imported: the format is not known.`,
      'docs/clients.md lists the formats. A resource of this gateway has a kind and a name.',
    );
  }
}

/** What becomes of each. Without an answer of the gateway, all count as new. */
async function fatesOf({ session }: Run, resources: ImportedResource[], replace: boolean): Promise<Fate[]> {
  const names = new Set(resources.map(({ kind }) => kind));
  const lists = new Map<string, Fields[]>();
  for (const kind of kinds.filter(({ singular }) => names.has(singular))) {
    lists.set(kind.singular, await kind.list(session.client).catch(() => []));
  }
  return resources.map((each) => {
    const kind = kindOf(each.kind);
    const now = kind && lists.get(each.kind)?.find((row) => row[kind.key] === each.spec.name);
    return kind ? fateOf(each, kind, now, replace) : 'new';
  });
}

async function registerAll(
  run: Run,
  resources: ImportedResource[],
  fates: readonly Fate[],
  options: Options,
): Promise<void> {
  const { print, terminal, signal } = run;
  const count = toDo(fates);
  if (
    !options.yes &&
    (count === 0 || !(await confirm(`Register ${count} at ${run.session.target.gateway}?`, terminal, signal)))
  )
    return;
  let failed = 0;
  for (const [at, each] of resources.entries()) {
    const isSame = fates[at] === 'unchanged';
    const outcome = isSame
      ? 'unchanged'
      : await register(run.session.client, each, options.replace ?? false).catch((error: Error) => {
          failed++;
          return `failed: ${faultsOf(error)}`;
        });
    const line = `${each.kind}/${each.spec.name} ${outcome === 'exists' ? 'exists and stays as it is (--replace)' : outcome}`;
    await print.value({ kind: each.kind, name: each.spec.name, outcome }, line);
  }
  if (failed > 0)
    throw new CliError(`${failed} of ${resources.length} could not be registered.`, { exit: EXIT.failed });
}

/** @throws CliError (usage) where a file is not what its name or first character says */
function planOfFiles(...given: Parameters<typeof planImport>): ImportPlan {
  try {
    return planImport(...given);
  } catch (cause) {
    throw usageError((cause as Error).message);
  }
}

const textIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: Error) => {
    throw unreadable(file, cause);
  });

async function planOf({ terminal, variables, fetch }: Run, files: string[], options: Options): Promise<ImportPlan> {
  if (files.length === 0 && options.fromGateway === undefined)
    throw usageError('Name a file, or a gateway with --from-gateway.');
  const sources = await Promise.all(
    files.map(async (name) => ({
      name,
      text: name === '-' ? await text(terminal.stdin) : await textIn(name),
    })),
  );
  const large = sources.find((each) => each.text.length > MAX_FILE_BYTES);
  if (large) throw usageError(`${large.name} is larger than ${MAX_FILE_BYTES} bytes.`);
  const includeSecrets = options.includeSecrets ?? false;
  const plan = planOfFiles(sources, { ...options, includeSecrets });
  if (options.fromGateway === undefined) return plan;
  const token = options.sourceTokenEnv && (variables as Record<string, string | undefined>)[options.sourceTokenEnv];
  if (options.sourceTokenEnv && !token)
    throw usageError(`The environment variable ${options.sourceTokenEnv} is not set.`);
  const authorization = token ? `Bearer ${token}` : undefined;
  const theirs = await importMicrosoft(options.fromGateway, fetch ?? globalThis.fetch, authorization);
  return withUniqueNames(joined([plan, theirs]));
}

function faultsOf(error: Error & { errors?: readonly { pointer?: string; detail?: string }[] }): string {
  const faults = (error.errors ?? []).map(({ pointer, detail }) => `${pointer ?? ''} ${detail ?? ''}`.trim());
  return faults.length > 0 ? faults.join('; ') : error.message;
}

/**
 * Asks before something is written.
 * @throws CliError (usage) without a terminal
 */
async function confirm(question: string, terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  if (!isInteractive(terminal))
    throw usageError('This needs a confirmation, and there is no terminal to ask on.', 'Add --yes to do it.');
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
  }
}
