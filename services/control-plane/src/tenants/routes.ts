import { Quota, TenantBody } from '@mcp-gateway/common/contracts';
import { invalidField } from '@mcp-gateway/common/errors';
import { Router } from 'express';
import { jsonBody, parseBody, principalOf } from '../http/request.js';
import { onlyMethods } from '../http/problems.js';
import { linkToNext, pageOf } from '../resources/paging.js';
import type { TenantService } from './service.js';

/** The REST API of /tenants. */
export function tenantRoutes(tenants: TenantService): Router {
  const router = Router({ caseSensitive: true });

  router.post('/', ...jsonBody, async (req, res) => {
    const created = await tenants.create(principalOf(req), parseBody(TenantBody, req.body));
    res.status(201).location(`/tenants/${created.id}`).json(created);
  });
  router.get('/', async (req, res) => {
    const page = pageOf(req.query);
    const { items, next } = await tenants.list(principalOf(req), page);
    if (next !== undefined) res.set('Link', linkToNext('/tenants', page.limit, next));
    res.json(items);
  });
  router.all('/', onlyMethods(['GET', 'POST']));

  router.get('/:id', async (req, res) => void res.json(await tenants.get(principalOf(req), req.params.id)));
  router.put('/:id', ...jsonBody, async (req, res) => {
    const body = parseBody(TenantBody, req.body);
    if (body.id !== req.params.id)
      throw invalidField('#/id', 'must be the id in the URL; the id of a tenant cannot change');
    res.json(await tenants.update(principalOf(req), body));
  });
  router.delete('/:id', async (req, res) => {
    await tenants.remove(principalOf(req), req.params.id);
    res.status(204).end();
  });
  router.all('/:id', onlyMethods(['GET', 'PUT', 'DELETE']));

  router.get('/:id/quota', async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await tenants.quota(principalOf(req), req.params.id));
  });
  router.put('/:id/quota', ...jsonBody, async (req, res) => {
    const quota = parseBody(Quota, req.body);
    res
      .set('Cache-Control', 'no-store')
      .json(await tenants.setQuota(principalOf(req), String(req.params['id']), quota));
  });
  router.all('/:id/quota', onlyMethods(['GET', 'PUT']));

  return router;
}
