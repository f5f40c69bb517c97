import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forbidden } from '@mcp-gateway/common/errors';
import { isAdmin } from '@mcp-gateway/common/permission';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import type { AuditFilter, AuditRows, ChainedRecord } from '@mcp-gateway/database';
import { escapeControls } from '@mcp-gateway/platform/logging';
import { Router } from 'express';
import { onlyMethods } from '../http/problems.js';
import { principalOf } from '../http/request.js';
import { auditQueryOf, exportFilterOf, linkToOlder } from './query.js';

const PAGE = 1_000;
/** How long a client of an export may read nothing. */
const IDLE_MS = 60_000;

/** The REST API of /audit, for administrators. */
export function auditRoutes(rows: AuditRows): Router {
  const router = Router({ caseSensitive: true });

  router.get('/', async (req, res) => {
    authorize(principalOf(req));
    const { filter, limit, after } = auditQueryOf(req.query);
    const found = await rows.list(filter, { limit: limit + 1, order: 'newest first', after });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    if (found.length > limit && last) {
      const query = new URLSearchParams(req.originalUrl.split('?')[1]);
      res.set('Link', linkToOlder(query, last.position));
    }
    res.set('Cache-Control', 'no-store').json(page.map((entry): unknown => JSON.parse(textOf(entry))));
  });

  router.get('/export', async (req, res) => {
    const principal = principalOf(req);
    authorize(principal);
    const filter = exportFilterOf(req.query);
    const lines = exportedLines(rows, filter, { head: await rows.head(), isAllowed: () => !hasExpired(principal) });
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
function authorize(principal: Principal): void {
  if (!isAdmin(principal)) throw forbidden('only mcp.admin may read the audit', 'no rule permits it');
}

/** The records up to `head`, oldest first, in pages: a page is read when the client has taken the one before. */
async function* exportedLines(
  rows: AuditRows,
  filter: AuditFilter,
  { head, isAllowed }: { head: number; isAllowed: () => boolean },
): AsyncGenerator<string> {
  for (let after = 0; isAllowed();) {
    const page = await rows.list(filter, { limit: PAGE, order: 'oldest first', after });
    const lines = page.filter(({ position }) => position <= head).map((entry) => `${escapeControls(textOf(entry))}\n`);
    if (lines.length > 0) yield lines.join('');
    if (lines.length < PAGE) return;
    after = page.at(-1)?.position ?? head;
  }
}

/** The record as it was written, and behind its fields its place in the chain. */
const textOf = ({ record, position, storedAt, hash }: ChainedRecord): string =>
  `${record.slice(0, -1)},${JSON.stringify({ position, storedAt, hash }).slice(1)}`;
