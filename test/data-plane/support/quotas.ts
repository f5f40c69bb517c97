import { PublishedTenant } from '@mcp-gateway/common/contracts';
import { tenantPublisher } from '@mcp-gateway/quotas';
import { bodyOf, send, type Answer } from '../../support/http.js';
import { waitFor } from '../../support/wait.js';
import { startGateway, type DataPlane, type DataPlaneOptions, type Gateway } from './gateway.js';
import { message } from './rpc.js';
import { routeTo, startUpstream } from './upstream.js';

/** A gateway whose adapter `echo` answers each request, and whose callers with the role of a tenant's id belong to it. */
export async function limited(quotas: Record<string, object>, options: DataPlaneOptions = {}) {
  const upstream = await startUpstream(async (req, res) => {
    if (req.method === 'GET') return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
    const { id } = JSON.parse((await bodyOf(req)).toString() || '{}') as { id?: unknown };
    return res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
  });
  const gateway = await startGateway({
    routes: [routeTo(upstream.endpoint, { requiredRoles: ['user'], affinity: 'none' })],
    ...options,
  });
  await setQuotas(gateway, quotas);
  return { upstream, gateway };
}

/** Publishes the quotas as the control plane does, and waits until the data planes use them. */
export async function setQuotas(gateway: Gateway, quotas: Record<string, object>, ...others: DataPlane[]) {
  const tenants = Object.entries(quotas).map(([id, quota]) =>
    PublishedTenant.parse({ id, members: { roles: [id] }, admins: {}, quota }),
  );
  await tenantPublisher(gateway.redis, gateway.prefix).publish(async () => tenants);
  for (const { tenants: table } of [gateway, ...others]) {
    await waitFor('the quotas to arrive', () => JSON.stringify(table.all()) === JSON.stringify(tenants));
  }
}

/** A user of `echo` who belongs to the tenant. */
export const as = (tenant: string, caller = 'bob') => ({ 'x-dev-userid': caller, 'x-dev-roles': `user,${tenant}` });
export const post = ({ url }: { url: string }, body: string, headers: Record<string, string> = as('acme')) =>
  send(`${url}/adapters/echo/mcp`, { body, headers });
export const call = (gateway: { url: string }, tool = 'add', headers?: Record<string, string>, id = 7) =>
  post(gateway, message('tools/call', { name: tool }, id), headers);
export const statuses = (answers: Answer[]) => answers.map(({ status }) => status);
export const PER_DAY = (day: number) => ({ requests: { day } });
