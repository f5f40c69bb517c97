import { AdapterRequest } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import { Router } from 'express';
import { principalOf } from '../authenticate.js';
import { jsonBody } from '../json-body.js';
import { methodNotAllowed } from '../other-methods.js';
import { parseBody } from '../query.js';
import { etagOf, matchesBody, matchesIfMatch } from './etag.js';
import { sendLogs } from './logs.js';
import { linkToNext, pageOf } from './paging.js';
import type { AdapterService } from './service.js';
import { adapterStatus } from './status.js';

export interface AdapterRoutesParts {
  adapters: AdapterService;
  logs: LogReader;
  /** How often somebody who follows logs is looked at again; default: see logs.ts. */
  logCheckMs?: number | undefined;
}

/** REST shapes of /adapters: parse, ask the service, answer with status and headers. */
export function adapterRoutes({ adapters, logs, logCheckMs }: AdapterRoutesParts): Router {
  const router = Router({ caseSensitive: true });

  router.post('/', ...jsonBody, async (req, res) => {
    const { spec } = parseBody(AdapterRequest, req.body);
    const created = await adapters.create(principalOf(req), spec);
    res.status(201).location(`/adapters/${created.name}`).set('ETag', etagOf(created)).json(created);
  });

  router.get('/', async (req, res) => {
    const page = pageOf(req.query);
    const { items, next } = await adapters.list(principalOf(req), page);
    if (next !== undefined) res.set('Link', linkToNext('/adapters', page.limit, next));
    res.json(items);
  });

  router.get('/:name', async (req, res) => {
    const adapter = await adapters.get(principalOf(req), req.params.name);
    res.set('ETag', etagOf(adapter)).json(adapter);
  });

  router.put('/:name', ...jsonBody, async (req, res) => {
    const { spec, read } = parseBody(AdapterRequest, req.body);
    if (spec.name !== req.params.name) {
      const errors = [{ pointer: '#/name', detail: 'must be the name in the URL; an adapter cannot be renamed' }];
      throw new GatewayError('INVALID_REQUEST', { detail: `#/name ${errors[0]?.detail}`, errors });
    }
    const [isWanted, isRead] = [matchesIfMatch(req.get('if-match')), matchesBody(read)];
    const updated = await adapters.update(principalOf(req), spec, (row) => isWanted(row) && isRead(row));
    res.set('ETag', etagOf(updated)).json(updated);
  });

  router.delete('/:name', async (req, res) => {
    await adapters.remove(principalOf(req), req.params.name, matchesIfMatch(req.get('if-match')));
    res.status(204).end();
  });

  router.get('/:name/status', async (req, res) => {
    res.set('Cache-Control', 'no-store').json(adapterStatus(await adapters.row(principalOf(req), req.params.name)));
  });

  router.get('/:name/logs', async (req, res) => {
    const read = () => adapters.row(principalOf(req), req.params.name);
    const row = await read();
    const isAllowed = () => read().then(({ id }) => id === row.id, falseWhenNotFound);
    await sendLogs({ logs, row, isAllowed, checkEveryMs: logCheckMs }, req, res);
  });

  router.all('/', methodNotAllowed('GET', 'POST'));
  router.all('/:name', methodNotAllowed('GET', 'PUT', 'DELETE'));
  router.all('/:name/status', methodNotAllowed('GET'));
  router.all('/:name/logs', methodNotAllowed('GET'));

  return router;
}

function falseWhenNotFound(error: unknown): false {
  if (error instanceof GatewayError && error.code === 'ADAPTER_NOT_FOUND') return false;
  throw error;
}
