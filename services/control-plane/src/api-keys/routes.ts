import { ApiKeyRequest } from '@mcp-gateway/common/contracts';
import { Router } from 'express';
import { onlyMethods } from '../http/problems.js';
import { jsonBody, parseBody, principalOf, requesterOf } from '../http/request.js';
import { linkToNext, pageOf } from '../resources/paging.js';
import type { ApiKeyService } from './service.js';

const PATH = '/api-keys';

/** The REST API of /api-keys. No answer may be stored: one has a secret, and the others say what may be attacked. */
export function apiKeyRoutes(service: ApiKeyService): Router {
  const router = Router({ caseSensitive: true });
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.post('/', ...jsonBody, async (req, res) => {
    const created = await service.create(requesterOf(req), parseBody(ApiKeyRequest, req.body));
    res.status(201).location(`${PATH}/${created.id}`).json(created);
  });

  router.get('/', async (req, res) => {
    const page = pageOf(req.query);
    const { items, next } = await service.list(principalOf(req), page);
    if (next !== undefined) res.set('Link', linkToNext(PATH, page.limit, next));
    res.json(items);
  });

  router.get('/:id', async (req, res) => void res.json(await service.get(requesterOf(req), req.params.id)));

  router.delete('/:id', async (req, res) => {
    const isKnownEverywhere = await service.revoke(requesterOf(req), req.params.id);
    res.status(isKnownEverywhere ? 204 : 202).end();
  });

  router.all('/', onlyMethods(['GET', 'POST']));
  router.all('/:id', onlyMethods(['GET', 'DELETE']));
  return router;
}
