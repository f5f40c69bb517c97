import { GatewayError, invalidField } from '@mcp-gateway/common/errors';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import type { ResourceSpec } from '@mcp-gateway/database';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import { Router } from 'express';
import { jsonBody, parseBody, principalOf, requesterOf } from '../http/request.js';
import { onlyMethods } from '../http/problems.js';
import type { ReplicatedSpec, Representation, ResourceDefinition } from './definition.js';
import { etagOf, matchesBody, matchesIfMatch, type Precondition } from './optimistic-concurrency.js';
import { sendLogs } from './logs.js';
import { filtersIn, listPageOf } from './listing.js';
import { linkToNext } from './paging.js';
import type { ResourceService } from './service.js';

export interface ResourceRoutesParts<Spec extends ResourceSpec, Resource extends Representation> {
  definition: ResourceDefinition<Spec, Resource>;
  service: ResourceService<Spec, Resource>;
}

/** The REST API of one kind, below the path of its collection: parse, call the service, answer with status and headers. */
export function resourceRoutes<Spec extends ResourceSpec, Resource extends Representation>(
  parts: ResourceRoutesParts<Spec, Resource>,
): Router {
  const router = Router({ caseSensitive: true });
  addCollection(router, parts);
  addResource(router, parts);
  addStatus(router, parts);
  return router;
}

function addCollection<Spec extends ResourceSpec, Resource extends Representation>(
  router: Router,
  { definition, service }: ResourceRoutesParts<Spec, Resource>,
) {
  const path = `/${definition.collection}`;

  router.post('/', ...jsonBody, async (req, res) => {
    const { spec } = parseBody(definition.request, req.body);
    const created = await service.create(requesterOf(req), spec);
    res.status(201).location(`${path}/${created.name}`).set('ETag', etagOf(created)).json(created);
  });

  router.get('/', async (req, res) => {
    const page = listPageOf(req.query);
    const { items, next } = await service.list(principalOf(req), page);
    if (next !== undefined) res.set('Link', linkToNext(path, page.limit, next, filtersIn(req.originalUrl)));
    res.json(items);
  });

  router.all('/', onlyMethods(['GET', 'POST']));
}

function addResource<Spec extends ResourceSpec, Resource extends Representation>(
  router: Router,
  { definition, service }: ResourceRoutesParts<Spec, Resource>,
) {
  router.get('/:name', async (req, res) => {
    const resource = await service.get(requesterOf(req), req.params.name);
    res.set('ETag', etagOf(resource)).json(resource);
  });

  router.put('/:name', ...jsonBody, async (req, res) => {
    const { spec, read } = parseBody(definition.request, req.body);
    if (spec.name !== req.params.name) {
      throw invalidField('#/name', `must be the name in the URL; the name of the ${definition.kind} cannot change`);
    }
    const ifMatch = req.get('if-match');
    const [matchesHeader, matchesRead] = [matchesIfMatch(ifMatch), matchesBody(read)];
    const precondition: Precondition = (row) => matchesHeader(row) && matchesRead(row);
    if (!definition.putCreates) {
      const updated = await service.update(requesterOf(req), spec, precondition);
      return void res.set('ETag', etagOf(updated)).json(updated);
    }
    const isConditional = ifMatch !== undefined || read.id !== undefined || read.generation !== undefined;
    const { resource, isNew } = await service.put(requesterOf(req), spec, isConditional ? precondition : undefined);
    if (isNew) res.status(201).location(`/${definition.collection}/${spec.name}`);
    res.set('ETag', etagOf(resource)).json(resource);
  });

  router.delete('/:name', async (req, res) => {
    await service.remove(requesterOf(req), req.params.name, matchesIfMatch(req.get('if-match')));
    res.status(204).end();
  });

  router.all('/:name', onlyMethods(['GET', 'PUT', 'DELETE'], definition.postHint));
}

/** The status as the worker last saw it. */
function addStatus<Spec extends ResourceSpec, Resource extends Representation>(
  router: Router,
  { definition, service }: ResourceRoutesParts<Spec, Resource>,
) {
  router.get('/:name/status', async (req, res) => {
    const row = await service.row(requesterOf(req), req.params.name);
    res.set('Cache-Control', 'no-store').json(definition.status(row));
  });

  router.all('/:name/status', onlyMethods(['GET'], definition.postHint));
}

export interface LogRoutesParts<
  Spec extends ReplicatedSpec,
  Resource extends Representation,
> extends ResourceRoutesParts<Spec, Resource> {
  logs: LogReader;
  /** How often the gateway checks again whether a caller that follows logs may read them; default: see logs.ts. */
  logCheckMs?: number | undefined;
  /** Whether the caller's sign-in still holds. Default: until it expires. */
  isHeld?: ((principal: Principal) => Promise<boolean>) | undefined;
  /** The caller with the tenants that it administers by now. Default: they do not change. */
  current?: ((principal: Principal) => Promise<Principal>) | undefined;
}

/** The logs of the replicas of one kind, beside its `resourceRoutes`. */
export function logRoutes<Spec extends ReplicatedSpec, Resource extends Representation>({
  definition,
  service,
  logs,
  logCheckMs,
  isHeld,
  current = async (principal) => principal,
}: LogRoutesParts<Spec, Resource>): Router {
  const router = Router({ caseSensitive: true });
  const { collection, errors, postHint } = definition;

  router.get('/:name/logs', async (req, res) => {
    const by = requesterOf(req);
    const { name } = req.params;
    const row = await service.row(by, name);
    const isAllowed = async () =>
      !hasExpired(by.principal) &&
      (isHeld === undefined || (await isHeld(by.principal))) &&
      service.row({ ...by, principal: await current(by.principal) }, name).then(
        ({ id }) => id === row.id,
        (error: unknown) => {
          if (error instanceof GatewayError && error.code === errors.notFound) return false;
          throw error;
        },
      );
    const statusPath = `/${collection}/${row.name}/status`;
    const whyNone = definition.whyNoLogs?.(row);
    await sendLogs({ logs, row, whyNone, statusPath, isAllowed, checkEveryMs: logCheckMs }, req, res);
  });

  router.all('/:name/logs', onlyMethods(['GET'], postHint));
  return router;
}
