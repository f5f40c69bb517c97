import { Command } from 'commander';
import { GatewayError, type GatewayClient, type Schemas } from '@mcp-gateway/client';
import { closestMatch } from '@mcp-gateway/common/errors';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import type { View } from '../frame/output.js';

type RegistryServer = Schemas['RegistryServer'];

const serverView: View<RegistryServer> = {
  name: ({ server }) => server.name,
  none: 'The registry lists no server that you may use.',
  columns: [
    { title: 'SERVER', value: ({ server }) => server.name },
    { title: 'VERSION', value: ({ server }) => server.version },
    { title: 'TITLE', value: ({ server }) => server.title },
    { title: 'DESCRIPTION', value: ({ server }) => server.description },
  ],
};

/** `mcp-gateway registry`. */
export function registryCommand(surroundings: Surroundings): Command {
  const group = new Command('registry').description('servers as the registry API of MCP lists them');
  group
    .command('list')
    .description('list the servers that you may use')
    .option('--search <text>', 'only servers with this text in their names')
    .action(act(surroundings, listServers));
  group
    .command('url')
    .description('print the URL for clients that take a registry')
    .action(
      act(surroundings, async ({ session, print }) => {
        const urls = await session.client.call('getRegistry');
        await print.value(urls, urls.registry);
      }),
    );
  group
    .command('versions <server>')
    .description('list the versions of a server')
    .action(
      act(surroundings, async ({ session, print }, server: string) => {
        const { servers } = await session.client.call('listRegistryServerVersions', { path: { server } });
        await print.list(servers, serverView);
      }),
    );
  group
    .command('get <server> [version]')
    .description('print the entry of a server; of its latest version without one')
    .action(
      act(surroundings, async ({ session, print }, server: string, version = 'latest') => {
        const path = { server, version: version as string };
        await print.one(await session.client.call('getRegistryServerVersion', { path }), serverView);
      }),
    );
  return group;
}

async function listServers({ session, print, signal }: Run, { search }: { search?: string }): Promise<void> {
  const servers: RegistryServer[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { ...(search !== undefined && { search }), ...(cursor !== undefined && { cursor }) };
    const page = await session.client.call('listRegistryServers', { query, signal });
    servers.push(...page.servers);
    if (page.metadata.nextCursor === undefined || page.metadata.nextCursor === cursor) break;
    cursor = page.metadata.nextCursor;
  }
  await print.list(servers, serverView);
}

type Change = Schemas['DefinitionChanges']['changes'][number];

const changeView: View<Change> = {
  name: ({ kind, name }) => `${kind}/${name}`,
  none: 'Nothing waits for approval.',
  columns: [
    { title: 'KIND', value: ({ kind }) => kind },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'CHANGE', value: ({ change }) => change },
    { title: 'HASH', value: ({ hash }) => hash ?? 'removed' },
  ],
};

/** `mcp-gateway definitions`. */
export function definitionsCommand(surroundings: Surroundings): Command {
  const group = new Command('definitions').description('definitions of a source of tools that wait for approval');
  group
    .command('list <tool>')
    .description('list what has changed; -o yaml has both definitions')
    .action(
      act(surroundings, async ({ session, print }, name: string) => {
        const found = await session.client.call('listDefinitionChanges', { path: { name } });
        if (print.format.kind === 'table' || print.format.kind === 'wide') await print.list(found.changes, changeView);
        else await print.value(found, found.changes.map((each) => `${changeView.name(each)}\n`).join(''));
      }),
    );
  group
    .command('approve <tool> <definition...>')
    .description(
      'approve definitions as you have read them: tool/NAME=HASH or prompt/NAME=HASH; `removed` in place of the hash of one that is gone',
    )
    .action(
      act(surroundings, async ({ session, print }, name: string, given: string[]) => {
        const body = { definitions: given.map(definitionOf) };
        await session.client.call('approveDefinitions', { path: { name }, body }).catch(async (thrown: unknown) => {
          throw (await unknownDefinition(session.client, name, body.definitions, thrown)) ?? thrown;
        });
        await print.note(
          `${given.length} ${given.length === 1 ? 'definition' : 'definitions'} of tool/${name} approved`,
        );
      }),
    );
  return group;
}

/** The gateway takes the hash of a definition that does not exist for an old one. */
async function unknownDefinition(
  client: GatewayClient,
  tool: string,
  given: readonly { kind: string; name: string }[],
  thrown: unknown,
): Promise<CliError | undefined> {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'EDIT_CONFLICT') return undefined;
  const { changes } = await client.call('listDefinitionChanges', { path: { name: tool } });
  const waiting = changes.map(changeView.name);
  const unknown = given.map(({ kind, name }) => `${kind}/${name}`).find((each) => !waiting.includes(each));
  if (unknown === undefined) return undefined;
  const meant = closestMatch(unknown, waiting);
  return new CliError(
    `tool/${tool} has no definition ${unknown} that waits for approval${meant === undefined ? '.' : `; did you mean ${meant}?`}`,
    { exit: EXIT.notFound, remedy: `\`mcp-gateway definitions list ${tool}\` lists them. Nothing was approved.` },
  );
}

function definitionOf(text: string): { kind: 'tool' | 'prompt'; name: string; hash: string | null } {
  const [, kind, name = '', hash = ''] = /^(tool|prompt)\/(.+)=([0-9a-f]+|removed)$/.exec(text) ?? [];
  if (kind !== 'tool' && kind !== 'prompt')
    throw usageError(`"${text}" names no definition: use tool/NAME=HASH or prompt/NAME=HASH.`);
  return { kind, name, hash: hash === 'removed' ? null : hash };
}
