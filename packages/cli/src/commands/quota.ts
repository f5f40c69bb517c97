import { Command } from 'commander';
import type { Schemas } from '@mcp-gateway/client';
import { usageError } from '../frame/exit.js';
import { act, type Surroundings } from '../frame/frame.js';
import type { View } from '../frame/output.js';
import { withField } from './documents.js';
import type { Fields } from './kinds.js';
import { oneDocument } from './resources.js';

interface Row {
  limit: string;
  used: string;
  allowed: string;
  resets: string;
}

const view: View<Row> = {
  name: ({ limit }) => limit,
  none: 'The tenant has no limits.',
  columns: [
    { title: 'LIMIT', value: ({ limit }) => limit },
    { title: 'USED', value: ({ used }) => used },
    { title: 'ALLOWED', value: ({ allowed }) => allowed },
    { title: 'RESETS', value: ({ resets }) => resets },
  ],
};

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `mcp-gateway quota`. */
export function quotaCommand(surroundings: Surroundings): Command {
  const group = new Command('quota').description('limits of a tenant, and what is used of them');
  group
    .command('get [tenant]', { isDefault: true })
    .description('print them; of the tenant "default" without one')
    .action(
      act(surroundings, async ({ session, print }, tenant = 'default') => {
        const quota = await session.client.call('getQuota', { path: { id: tenant as string } });
        const isTable = print.format.kind === 'table' || print.format.kind === 'wide';
        if (isTable) await print.list(rowsOf(quota), view);
        else await print.one(quota, { columns: [], name: () => `quota/${String(tenant)}` });
      }),
    );
  group
    .command('update <tenant>')
    .description('change limits, and leave the others as they are; with -f, they are replaced')
    .option('-f, --file <file>', 'a YAML or JSON file with all limits; - is standard input')
    .option('--set <field=value>', 'one limit, such as requests.hour=1000, or null to lift it; several times', collect)
    .action(
      act(
        surroundings,
        async ({ session, print, terminal }, id: string, options: { file?: string; set?: string[] }) => {
          const { file, set = [] } = options;
          if (file === undefined && set.length === 0)
            throw usageError('Say what to change: --set FIELD=VALUE or -f FILE.');
          const now: Fields =
            file === undefined
              ? (await session.client.call('getQuota', { path: { id } })).limits
              : await oneDocument(file, { terminal });
          const body = set.reduce(withField, now) as Schemas['Quota'];
          await session.client.call('replaceQuota', { path: { id }, body });
          await print.note(`quota/${id} updated`);
        },
      ),
    );
  return group;
}

/** Each limit with its use, which has the same shape. */
function rowsOf({ limits, use }: Schemas['QuotaResource']): Row[] {
  return flattened(limits as Fields).map(([path, allowed]) => {
    const found = path.reduce(useOf, use);
    const { used, resetsAt } =
      typeof found === 'object' && found !== null ? (found as { used?: unknown; resetsAt?: unknown }) : { used: found };
    return { limit: path.join('.'), allowed: String(allowed), used: shown(used), resets: shown(resetsAt) };
  });
}

/** Use has the shape of limits, except that windows of time are a list. */
function useOf(node: unknown, name: string): unknown {
  if (Array.isArray(node)) return node.find((each) => (each as { window?: string }).window === name);
  return (node as Fields | undefined)?.[name];
}

const shown = (value: unknown) =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const flattened = (value: Fields, path: string[] = []): [string[], unknown][] =>
  Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null
      ? flattened(inner as Fields, [...path, name])
      : [[[...path, name], inner] as [string[], unknown]],
  );
