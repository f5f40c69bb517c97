import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { confirm } from '../frame/ask.js';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { planImport } from './documents.js';
import { exportAll } from './export.js';
import { importMicrosoft } from './microsoft.js';
import { type ImportPlan, joined, withUniqueNames } from './plan.js';
import { planText } from './plan-text.js';
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
  const { print, terminal, signal } = run;
  const plan = await planOf(run, files, options);
  const resources = inOrder(plan);
  const shown = { resources, skipped: plan.skipped };
  if (options.dryRun && (print.format.kind === 'yaml' || print.format.kind === 'json')) {
    return print.value(
      resources.map(({ kind, spec }) => ({ kind, ...spec })),
      '',
    );
  }
  await (options.dryRun ? print.value(shown, planText(shown)) : print.note(planText(shown)));
  if (options.dryRun || resources.length === 0) return;
  if (
    !options.yes &&
    !(await confirm(`Register ${resources.length} at ${run.session.target.gateway}?`, terminal, signal))
  )
    return;
  let failed = 0;
  for (const each of resources) {
    const outcome = await register(run.session.client, each, options.replace ?? false).catch((error: Error) => {
      failed++;
      return `failed: ${faultsOf(error)}`;
    });
    const line = `${each.kind}/${each.spec.name} ${outcome === 'exists' ? 'exists and stays as it is (--replace)' : outcome}`;
    await print.value({ kind: each.kind, name: each.spec.name, outcome }, line);
  }
  if (failed > 0)
    throw new CliError(`${failed} of ${resources.length} could not be registered.`, { exit: EXIT.failed });
}

async function planOf({ terminal, variables, fetch }: Run, files: string[], options: Options): Promise<ImportPlan> {
  if (files.length === 0 && options.fromGateway === undefined)
    throw usageError('Name a file, or a gateway with --from-gateway.');
  const sources = await Promise.all(
    files.map(async (name) => ({
      name,
      text: name === '-' ? await text(terminal.stdin) : await readFile(name, 'utf8'),
    })),
  );
  const large = sources.find((each) => each.text.length > MAX_FILE_BYTES);
  if (large) throw usageError(`${large.name} is larger than ${MAX_FILE_BYTES} bytes.`);
  const includeSecrets = options.includeSecrets ?? false;
  const plan = planImport(sources, { ...options, includeSecrets });
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
