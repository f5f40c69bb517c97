import { Router } from 'express';
import type { AdapterRow } from '@mcp-gateway/database';
import { principalOf, type Requester, requesterOf } from '../http/request.js';
import { onlyMethods } from '../http/problems.js';
import { linkToNext, pageOf } from '../resources/paging.js';
import type { SessionService } from './service.js';

export interface SessionRoutesParts {
  /** @throws GatewayError when the caller may not read the adapter */
  adapters: { row(by: Requester, name: string): Promise<AdapterRow> };
  sessions: SessionService;
  postHint?: ((name: string) => string) | undefined;
}

/** The REST API of /adapters/{name}/sessions. A caller that may read the adapter has sessions on it. */
export function sessionRoutes({ adapters, sessions, postHint }: SessionRoutesParts): Router {
  const router = Router({ caseSensitive: true });

  router.get('/:name/sessions', async (req, res) => {
    const page = pageOf(req.query);
    const row = await adapters.row(requesterOf(req), req.params.name);
    const { items, next } = await sessions.list(principalOf(req), row, page);
    if (next !== undefined) res.set('Link', linkToNext(`/adapters/${row.name}/sessions`, page.limit, next));
    res.set('Cache-Control', 'no-store').json(items);
  });

  router.delete('/:name/sessions/:id', async (req, res) => {
    const by = requesterOf(req);
    const row = await adapters.row(by, req.params.name);
    await sessions.end(by, row, req.params.id);
    res.status(204).end();
  });

  router.all('/:name/sessions', onlyMethods(['GET'], postHint));
  router.all('/:name/sessions/:id', onlyMethods(['DELETE'], postHint));

  return router;
}
