import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toGatewayError } from '@mcp-gateway/common/errors';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import type { AuditFilter, AuditRows } from '@mcp-gateway/database';
import { escapeControls } from '@mcp-gateway/platform/logging';
import { Router } from 'express';
import { onlyMethods } from '../http/problems.js';
import { type Requester, requesterOf } from '../http/request.js';
import { auditQueryOf, exportFilterOf, linkToOlder } from './query.js';
import { type AuditScope, auditScopeOf, entryText, within } from './scope.js';

const PAGE = 1_000;
/** How long a client of an export may read nothing. */
const IDLE_MS = 60_000;

interface AuditRoutesParts {
  rows: AuditRows;
  /** Whether the sign-in of the caller still holds. */
  isHeld: (principal: Principal) => Promise<boolean>;
  /** The caller with the tenants that it administers by now. */
  current: (principal: Principal) => Promise<Principal>;
}

/** The REST API of /audit, for administrators of everything and of tenants. */
export function auditRoutes({ rows, ...parts }: AuditRoutesParts): Router {
  const router = Router({ caseSensitive: true });

  router.get('/', async (req, res) => {
    const scope = authorize(requesterOf(req));
    const { filter, limit, after } = auditQueryOf(req.query);
    const found = await rows.list(within(scope, filter), { limit: limit + 1, order: 'newest first', after });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    if (found.length > limit && last) {
      const query = new URLSearchParams(req.originalUrl.split('?')[1]);
      res.set('Link', linkToOlder(query, last.position));
    }
    res.set('Cache-Control', 'no-store').json(page.map((entry): unknown => JSON.parse(entryText(scope, entry))));
  });

  router.get('/export', async (req, res) => {
    const by = requesterOf(req);
    authorize(by);
    const filter = exportFilterOf(req.query);
    const lines = exportedLines(rows, filter, {
      head: await rows.head(),
      scope: () => scopeNow(by.principal, parts),
    });
    res.type('application/x-ndjson').set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    res.flushHeaders();
    res.setTimeout(IDLE_MS, () => res.destroy());
    await pipeline(Readable.from(lines), res).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // otherwise the client left
    });
  });

  router.all('/', onlyMethods(['GET']));
  router.all('/export', onlyMethods(['GET']));
  return router;
}

/** @throws GatewayError FORBIDDEN */
function authorize({ principal, judged }: Requester): AuditScope {
  const scope = auditScopeOf(principal);
  judged.rule = scope.rule;
  return scope;
}

/** Undefined when the caller may not read the audit any more. */
async function scopeNow(
  principal: Principal,
  { isHeld, current }: Pick<AuditRoutesParts, 'isHeld' | 'current'>,
): Promise<AuditScope | undefined> {
  if (hasExpired(principal) || !(await isHeld(principal))) return undefined;
  try {
    return auditScopeOf(await current(principal));
  } catch (error) {
    if (toGatewayError(error).code === 'FORBIDDEN') return undefined;
    throw error;
  }
}

interface ExportParts {
  head: number;
  scope: () => Promise<AuditScope | undefined>;
}

/** The records up to `head`, oldest first, in pages: a page is read when the client has taken the one before. */
async function* exportedLines(
  rows: AuditRows,
  filter: AuditFilter,
  { head, scope: scopeOf }: ExportParts,
): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const scope = await scopeOf();
    if (!scope) return;
    const page = await rows.list(within(scope, filter), { limit: PAGE, order: 'oldest first', after });
    const lines = page
      .filter(({ position }) => position <= head)
      .map((entry) => `${escapeControls(entryText(scope, entry))}\n`);
    if (lines.length > 0) yield lines.join('');
    if (lines.length < PAGE) return;
    after = page.at(-1)?.position ?? head;
  }
}
