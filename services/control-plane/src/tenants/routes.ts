import { Quota, TenantBody, type QuotaResource, type TenantResource } from '@mcp-gateway/common/contracts';
import { invalidField } from '@mcp-gateway/common/errors';
import type { TenantRow } from '@mcp-gateway/database';
import { Router, type Request, type Response } from 'express';
import { jsonBody, parseBody, principalOf, requesterOf } from '../http/request.js';
import { onlyMethods } from '../http/problems.js';
import { matchesIfMatch } from '../resources/optimistic-concurrency.js';
import { linkToNext, pageOf } from '../resources/paging.js';
import { quotaTag, tenantTag, type TenantService } from './service.js';

const sendTenant = (res: Response, tenant: TenantResource) => res.set('ETag', tenantTag(tenant)).json(tenant);
const sendQuota = (res: Response, quota: QuotaResource) =>
  res.set({ ETag: quotaTag(quota.limits), 'Cache-Control': 'no-store' }).json(quota);

const isTenantRead = (req: Request) => matchesIfMatch<TenantRow>(req.get('if-match'), ({ spec }) => tenantTag(spec));
const isQuotaRead = (req: Request) => matchesIfMatch<TenantRow>(req.get('if-match'), ({ quota }) => quotaTag(quota));

const limitsRequests = (traffic: Pick<Quota, 'requests'> | undefined) =>
  Object.values(traffic?.requests ?? {}).some((limit) => limit !== undefined);

/** A made-up tool has a count of its own in Redis, so something else has to limit how many a caller can make up. */
const CheckedQuota = Quota.refine(
  (quota) => !limitsRequests(quota.perTool) || [quota, quota.perCaller, quota.perAdapter].some(limitsRequests),
  {
    path: ['perTool', 'requests'],
    message:
      'needs requests beside it, of the tenant, perCaller or perAdapter: alone, it does not limit calls of made-up tools',
  },
);

/** The REST API of /tenants. */
export function tenantRoutes(tenants: TenantService): Router {
  const router = Router({ caseSensitive: true });

  router.post('/', ...jsonBody, async (req, res) => {
    const created = await tenants.create(requesterOf(req), parseBody(TenantBody, req.body));
    sendTenant(res.status(201).location(`/tenants/${created.id}`), created);
  });
  router.get('/', async (req, res) => {
    const page = pageOf(req.query);
    const { items, next } = await tenants.list(principalOf(req), page);
    if (next !== undefined) res.set('Link', linkToNext('/tenants', page.limit, next));
    res.json(items);
  });
  router.all('/', onlyMethods(['GET', 'POST']));

  router.get('/:id', async (req, res) => void sendTenant(res, await tenants.get(requesterOf(req), req.params.id)));
  router.put('/:id', ...jsonBody, async (req, res) => {
    const body = parseBody(TenantBody, req.body);
    if (body.id !== req.params['id'])
      throw invalidField('#/id', 'must be the id in the URL; the id of a tenant cannot change');
    sendTenant(res, await tenants.update(requesterOf(req), body, isTenantRead(req)));
  });
  router.delete('/:id', async (req, res) => {
    await tenants.remove(requesterOf(req), req.params.id, isTenantRead(req));
    res.status(204).end();
  });
  router.all('/:id', onlyMethods(['GET', 'PUT', 'DELETE']));

  router.get(
    '/:id/quota',
    async (req, res) => void sendQuota(res, await tenants.quota(requesterOf(req), req.params.id)),
  );
  router.put('/:id/quota', ...jsonBody, async (req, res) => {
    const quota = parseBody(CheckedQuota, req.body);
    sendQuota(res, await tenants.setQuota(requesterOf(req), String(req.params['id']), quota, isQuotaRead(req)));
  });
  router.all('/:id/quota', onlyMethods(['GET', 'PUT']));

  return router;
}
