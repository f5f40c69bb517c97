import { adapterRef, type SessionResource } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { canWrite, type Principal } from '@mcp-gateway/common/principal';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { listSessions, sessionRecords, type SessionOwner } from '@mcp-gateway/sessions';
import type { AdapterRow } from '@mcp-gateway/database';
import { z } from 'zod';
import { sessionResource } from './resource.js';

export interface SessionService {
  /** One's own; all of them for those who may change the adapter. */
  list(
    principal: Principal,
    row: AdapterRow,
    page: { limit: number; after?: string },
  ): Promise<{ items: SessionResource[]; next?: string }>;
  /** @throws GatewayError SESSION_NOT_FOUND, also for somebody else's */
  end(principal: Principal, row: AdapterRow, id: string): Promise<void>;
}

/** As the data planes are set to, unless they are told otherwise: then the record is to be kept for as long. */
const USUAL_MAX_AGE_SECONDS = 7 * 24 * 3600;

/** The sessions that the data planes have recorded. All calls throw UNAVAILABLE while Redis is away. */
export function sessionService(redis: RedisClient, prefix: string): SessionService {
  const records = sessionRecords(redis, prefix);
  const maySeeAll = (principal: Principal, { createdBy, spec }: AdapterRow) =>
    canWrite(principal, { createdBy, requiredRoles: spec.requiredRoles });

  return {
    async list(principal, row, page) {
      const own = maySeeAll(principal, row) ? {} : { caller: principal.subject };
      const found = await listSessions(redis, prefix, { ...owner(row), ...own, ...page }).catch(away);
      const items = found.sessions.map(sessionResource);
      return found.next === undefined ? { items } : { items, next: found.next };
    },
    async end(principal, row, id) {
      if (!z.uuid().safeParse(id).success) throw new GatewayError('SESSION_NOT_FOUND');
      const { record } = await records.find({ id, ...owner(row) }).catch(away);
      if (record === null || record === 'closed' || record.adapterId !== row.id) {
        throw new GatewayError('SESSION_NOT_FOUND');
      }
      const { caller } = record;
      if (caller !== principal.subject && !maySeeAll(principal, row)) throw new GatewayError('SESSION_NOT_FOUND');
      const now = Math.floor(Date.now() / 1000);
      const keepSeconds = row.spec.sessions.maxAgeSeconds ?? USUAL_MAX_AGE_SECONDS;
      const how = { now, keepSeconds, tellServer: true };
      const ended = await records.close({ id, ...owner(row), caller }, adapterRef(row.name), how).catch(away);
      if (!ended) throw new GatewayError('SESSION_NOT_FOUND'); // somebody else was faster
    },
  };
}

const owner = ({ id }: AdapterRow): SessionOwner => ({ kind: 'adapter', adapterId: id });

function away(cause: unknown): never {
  const detail = 'the sessions cannot be read now';
  throw new GatewayError('UNAVAILABLE', { detail, headers: { 'retry-after': '2' }, cause });
}
