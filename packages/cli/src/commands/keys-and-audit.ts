import { Command } from 'commander';
import type { Schemas } from '@mcp-gateway/client';
import { usageError } from '../frame/exit.js';
import { durationMs } from '../frame/flags.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { age, type View } from '../frame/output.js';
import { write } from '../frame/terminal.js';
import { refOf } from './kinds.js';

type ApiKey = Schemas['ApiKeyResource'];
type Session = Schemas['SessionResource'];
type AuditEntry = Schemas['AuditEntry'];

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];

const keyView: View<ApiKey> = {
  name: ({ id }) => `api-key/${id}`,
  none: 'You have no API keys.',
  columns: [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'ROLES', value: ({ roles }) => roles.join(', ') },
    {
      title: 'RESOURCES',
      value: ({ resources }) => resources?.map(({ kind, name }) => `${kind}/${name}`).join(', ') ?? 'all',
      wide: true,
    },
    { title: 'EXPIRES', value: ({ expiresAt }) => expiresAt },
    { title: 'LAST USED', value: ({ lastUsedAt }) => (lastUsedAt ? `${age(lastUsedAt)} ago` : 'never') },
  ],
};

interface KeyOptions {
  role?: string[];
  resource?: string[];
  expires?: string;
}

export function apiKeysCommand(surroundings: Surroundings): Command {
  const group = new Command('api-keys').alias('api-key').description('keys with which scripts sign in');
  group
    .command('list')
    .description('list your keys')
    .action(
      act(surroundings, async ({ session, print }) => print.list(await session.client.list('listApiKeys'), keyView)),
    );
  group
    .command('get <id>')
    .description('print one, without its secret')
    .action(
      act(surroundings, async ({ session, print }, id: string) =>
        print.one(await session.client.call('getApiKey', { path: { id } }), keyView),
      ),
    );
  group
    .command('create <name>')
    .description('create a key and print it; it cannot be shown again')
    .option('--role <role>', 'a role of yours that the key has; several times; by default all of them', collect)
    .option(
      '--resource <resource>',
      'what the key may use, such as adapter/echo; several times; by default everything',
      collect,
    )
    .option('--expires <when>', 'a time, or how long from now: 30d, 12h')
    .action(act(surroundings, createKey));
  group
    .command('delete <id...>')
    .alias('revoke')
    .description('revoke keys')
    .action(
      act(surroundings, async ({ session, print }, ids: string[]) => {
        for (const id of ids) {
          await session.client.call('revokeApiKey', { path: { id } });
          await print.note(`api-key/${id} revoked`);
        }
      }),
    );
  return group;
}

async function createKey(
  { session, print }: Run,
  name: string,
  { role, resource, expires }: KeyOptions,
): Promise<void> {
  const created = await session.client.call('createApiKey', {
    body: {
      name,
      ...(role && { roles: role }),
      ...(resource && { resources: resource.map(resourceOf) }),
      ...(expires !== undefined && { expiresAt: timeOf(expires) }),
    },
  });
  await print.note(
    `api-key/${created.id} created; it expires at ${created.expiresAt}. This is the only time that the key is shown:`,
  );
  await print.value(created, created.key);
}

function resourceOf(text: string) {
  const { kind, name } = refOf(text);
  return { kind: kind.singular as 'adapter' | 'tool' | 'toolset', name };
}

/** `30d` from now, or the time itself. */
function timeOf(text: string): string {
  const [, days] = /^(\d+)d$/.exec(text) ?? [];
  if (days) return new Date(Date.now() + Number(days) * 86_400_000).toISOString();
  if (/^\d+[smh]$/.test(text)) return new Date(Date.now() + durationMs(text)).toISOString();
  if (Number.isNaN(Date.parse(text))) throw usageError(`"${text}" is no time: use 30d, 12h or 2027-01-31T00:00:00Z.`);
  return new Date(text).toISOString();
}

const sessionView: View<Session> = {
  name: ({ id }) => `session/${id}`,
  none: 'There are no open sessions.',
  columns: [
    { title: 'ID', value: ({ id }) => id },
    { title: 'CALLER', value: ({ caller }) => caller },
    { title: 'CLIENT', value: ({ client }) => (client as { name?: string } | null)?.name },
    { title: 'PROTOCOL', value: ({ protocolVersion }) => protocolVersion ?? undefined },
    { title: 'ENDPOINT', value: ({ endpoint }) => endpoint, wide: true },
    { title: 'MOVES', value: ({ moves }) => moves, wide: true },
    { title: 'AGE', value: ({ openedAt }) => age(openedAt) },
    { title: 'LAST USED', value: ({ lastUsedAt }) => `${age(lastUsedAt)} ago` },
  ],
};

export function sessionsCommand(surroundings: Surroundings): Command {
  const group = new Command('sessions').alias('session').description('open MCP sessions on an adapter');
  group
    .command('list <adapter>')
    .description('list them')
    .action(
      act(surroundings, async ({ session, print }, name: string) =>
        print.list(await session.client.list('listSessions', { path: { name } }), sessionView),
      ),
    );
  group
    .command('delete <adapter> <id...>')
    .alias('end')
    .description('end sessions')
    .action(
      act(surroundings, async ({ session, print }, name: string, ids: string[]) => {
        for (const id of ids) {
          await session.client.call('endSession', { path: { name, id } });
          await print.note(`session/${id} ended`);
        }
      }),
    );
  return group;
}

const auditView: View<AuditEntry> = {
  name: ({ id }) => `audit/${id}`,
  none: 'No record fits.',
  columns: [
    { title: 'TIME', value: ({ time }) => time },
    { title: 'CALLER', value: ({ caller }) => (caller as { subject?: string } | undefined)?.subject },
    { title: 'ACTION', value: ({ action }) => action },
    { title: 'RESOURCE', value: ({ resource }) => resourceText(resource) },
    { title: 'TOOL', value: ({ tool }) => tool },
    {
      title: 'OUTCOME',
      value: ({ outcome }) => outcome,
      style: ({ outcome }) => (outcome === 'success' ? undefined : 'red'),
    },
    { title: 'CODE', value: ({ code }) => code },
    { title: 'REASON', value: ({ reason }) => reason, wide: true },
    { title: 'REQUEST', value: ({ requestId }) => requestId, wide: true },
  ],
};

const resourceText = (resource: unknown): string | undefined => {
  const { kind, name } = (resource ?? {}) as { kind?: string; name?: string };
  return kind && `${kind}/${name}`;
};

type AuditOptions = Partial<Record<'since' | 'until' | 'subject' | 'action' | 'resource' | 'tenant', string>> & {
  outcome?: AuditEntry['outcome'];
  limit?: string;
};

export function auditCommand(surroundings: Surroundings): Command {
  const group = new Command('audit').description('records of calls and changes with their callers, for administrators');
  const filtered = (command: Command) =>
    command
      .option('--since <time>', 'only requests that began at this time or later; also 30m, 12h, 7d ago')
      .option('--until <time>', 'only requests that began before this time')
      .option('--subject <subject>', 'only what this caller did')
      .option('--action <action>', 'only this action; with * at the end, all that begin so')
      .option('--resource <resource>', 'only requests for this resource, such as adapter/echo')
      .option('--outcome <outcome>', 'success, refused, failed or aborted')
      .option('--tenant <tenant>', 'only what concerns this tenant');
  filtered(group.command('list').description('print the newest records'))
    .option('--limit <number>', 'how many records', '50')
    .action(
      act(surroundings, async ({ session, print }, { limit, ...filter }: AuditOptions) =>
        print.list(
          await session.client.call('listAuditRecords', { query: { ...queryOf(filter), limit: Number(limit) } }),
          auditView,
        ),
      ),
    );
  filtered(group.command('export').description('print all records, one as JSON in each line')).action(
    act(surroundings, async ({ session, terminal, signal }, filter: AuditOptions) => {
      const records = session.client.stream('exportAuditRecords', { query: queryOf(filter), signal });
      for await (const record of records) await write(terminal.stdout, `${JSON.stringify(record)}\n`);
    }),
  );
  return group;
}

function queryOf({ since, until, ...filter }: Omit<AuditOptions, 'limit'>) {
  return { ...filter, ...(since && { since: before(since) }), ...(until && { until: before(until) }) };
}

/** `30m` ago, or the time itself. */
function before(text: string): string {
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit];
  return unitMs ? new Date(Date.now() - Number(number) * unitMs).toISOString() : text;
}
