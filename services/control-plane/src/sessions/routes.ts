import { Router } from 'express';
import { linkToNext, pageOf } from '../adapters/paging.js';
import type { AdapterService } from '../adapters/service.js';
import { principalOf } from '../authenticate.js';
import { methodNotAllowed } from '../other-methods.js';
import type { SessionService } from './service.js';

/** REST shapes of /adapters/{name}/sessions. Whoever may read the adapter has sessions on it. */
export function sessionRoutes({ adapters, sessions }: { adapters: AdapterService; sessions: SessionService }): Router {
  const router = Router({ caseSensitive: true });

  router.get('/:name/sessions', async (req, res) => {
    const page = pageOf(req.query);
    const row = await adapters.row(principalOf(req), req.params.name);
    const { items, next } = await sessions.list(principalOf(req), row, page);
    if (next !== undefined) res.set('Link', linkToNext(`/adapters/${row.name}/sessions`, page.limit, next));
    res.set('Cache-Control', 'no-store').json(items);
  });

  router.delete('/:name/sessions/:id', async (req, res) => {
    const row = await adapters.row(principalOf(req), req.params.name);
    await sessions.end(principalOf(req), row, req.params.id);
    res.status(204).end();
  });

  router.all('/:name/sessions', methodNotAllowed('GET'));
  router.all('/:name/sessions/:id', methodNotAllowed('DELETE'));

  return router;
}
