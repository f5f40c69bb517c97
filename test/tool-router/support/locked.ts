import { auditStream, auditTrail } from '@mcp-gateway/audit';
import type { AuditRecord, DefinitionChanges } from '@mcp-gateway/common/contracts';
import { brokerClient } from '@mcp-gateway/credentials';
import { adapterRows, auditRows, countResources, toolDefinitionRows, toolRows } from '@mcp-gateway/database';
import { createEgress } from '@mcp-gateway/platform/egress';
import { routePublisher } from '@mcp-gateway/routing';
import { Server, type Prompt, type Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { drain } from '../../control-plane/support/audit.js';
import { caller, type Answer } from '../../control-plane/support/callers.js';
import { startControlPlane } from '../../control-plane/support/control-plane.js';
import { FakeRuntime } from '../../deployment-worker/support/fake-runtime.js';
import { adapterKind, composeWorker, documents, toolKind } from '../../deployment-worker/support/sources.js';
import { afterTest } from '../../support/clean-up.js';
import { connect, freshDatabase, silent } from '../../support/postgres.js';
import { connectRedis, freshPrefix } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';
import { SECRET, startRouter } from './router.js';
import { startLegacyServer, startModernServer } from './servers.js';

const Any = z.looseObject({});

export const toolNamed = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  ...more,
});

/** A server whose tools and prompts are those of the moment. Calls answer with the arguments. */
export async function startChangingServer(era: 'legacy' | 'modern', tools: Tool[], prompts: Prompt[] = []) {
  const now = { tools, prompts };
  const calls: unknown[] = [];
  const servers: Server[] = [];
  function create() {
    const capabilities = { tools: { listChanged: true }, prompts: { listChanged: true } };
    const server = new Server({ name: 'changing', version: '1' }, { capabilities });
    server.setRequestHandler('tools/list', { params: Any }, async () => ({ tools: now.tools }));
    server.setRequestHandler('prompts/list', { params: Any }, async () => ({ prompts: now.prompts }));
    server.setRequestHandler('tools/call', { params: Any }, async ({ name, arguments: given }) => {
      calls.push([name, given]);
      return { content: [{ type: 'text', text: `called ${String(name)}` }] };
    });
    servers.push(server);
    return server;
  }
  const running = era === 'modern' ? await startModernServer(create) : await startLegacyServer(create);
  return {
    ...running,
    calls,
    /** The server gives other definitions from now on, and says so. */
    async become(next: Tool[], nextPrompts = now.prompts) {
      Object.assign(now, { tools: next, prompts: nextPrompts });
      if ('notify' in running) running.notify.toolsChanged();
      else await Promise.all(servers.map((each) => each.sendToolListChanged().catch(() => {})));
    },
  };
}

/** A control plane, a worker and two tool routers, which record in its audit. */
export async function startLocked() {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const url = await freshDatabase();
  const database = connect(url);
  const adapters = adapterRows(database);
  const egress = createEgress({ allowedNetworks: ['127.0.0.1'] });
  const read = documents({ egress, everyMs: { read: 50, failed: 50 } });
  afterTest(() => read.close());
  const { definition: published } = routePublisher(redis, prefix);
  const definitions = toolDefinitionRows(database);
  const worker = composeWorker({
    kinds: [adapterKind(adapters), toolKind(toolRows(database), adapters, { definitions, documents: read, published })],
    documents: read,
    countResources: () => countResources(database),
    runtime: new FakeRuntime(),
    redis,
    prefix,
    log: silent,
  });
  afterTest(() => worker.close());
  const stream = auditStream(redis, `${prefix}-audit`);
  const trail = auditTrail({ service: 'control-plane', stream, log: silent, limits: { gatherMs: 1 } });
  afterTest(() => trail.close());
  const records = auditRows(database);
  drain({ stream, rows: records });
  const credentials = { folder: undefined, secrets: () => [SECRET] };
  const plane = await startControlPlane({ database, queue: worker.queue, trail, credentials });
  const recorder = brokerClient({ controlPlane: plane.url, secrets: () => [SECRET], log: silent });
  afterTest(() => recorder.close());
  const router = await startRouter({ prefix, egress, recorder });
  const [owner, reader] = [caller(plane.url, 'alice', 'team'), caller(plane.url, 'bob', 'team')];

  const path = (name: string) => `/tools/${name}/definition-changes`;
  return {
    plane,
    prefix,
    egress,
    recorder,
    router,
    urls: [router.url, await router.start()],
    owner,
    reader,
    database,
    /** Registers an MCP server that runs elsewhere. */
    async register(name: string, server: { url: string }, source: object = { approval: 'required' }, who = owner) {
      const body = {
        name,
        remote: { url: `${server.url}/mcp` },
        source: { type: 'mcp', ...source },
        requiredRoles: ['team'],
      };
      const current = await who.call('GET', `/tools/${name}`);
      const method = current.status === 200 ? 'PUT' : 'POST';
      return who.call(method, method === 'PUT' ? `/tools/${name}` : '/tools', body);
    },
    async changes(name: string): Promise<DefinitionChanges> {
      return (await owner.get(path(name))).json as DefinitionChanges;
    },
    /** Waits until these changes are reported: `change kind name`. */
    async reported(name: string, ...expected: string[]): Promise<DefinitionChanges> {
      return waitFor(`the report of ${expected.join(', ')}`, async () => {
        const found = await this.changes(name);
        const told = found.changes.map(({ change, kind, name: of }) => `${change} ${kind} ${of}`);
        if (JSON.stringify(told) !== JSON.stringify(expected)) throw new Error(`there are ${told.join(', ')}`);
        return found.reportedAt !== null && found;
      });
    },
    approve: (name: string, body: unknown, who = owner): Promise<Answer> =>
      who.call('POST', `${path(name)}/approve`, body),
    /** All that has been read. */
    approveAll(name: string, { changes }: DefinitionChanges, who = owner): Promise<Answer> {
      return this.approve(
        name,
        { definitions: changes.map(({ kind, name: of, hash }) => ({ kind, name: of, hash })) },
        who,
      );
    },
    condition: async (name: string): Promise<unknown> =>
      ((await owner.get(`/tools/${name}/status`)).json as { conditions: { type: string }[] }).conditions.find(
        ({ type }) => type === 'Approved',
      ),
    async recorded(action: string): Promise<AuditRecord[]> {
      const found = await records.list({ action }, { limit: 100, order: 'oldest first' });
      return found.map(({ record }) => JSON.parse(record) as AuditRecord);
    },
  };
}
