import { adapterRef, SESSION_LIMITS, type SessionResource } from '@mcp-gateway/common/contracts';
import { sessionNotFound, unavailable } from '@mcp-gateway/common/errors';
import { canWrite, decide } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { listSessions, sessionRecords, type ListedSession, type SessionOwner } from '@mcp-gateway/sessions';
import type { AdapterRow } from '@mcp-gateway/database';
import { z } from 'zod';
import type { Requester } from '../http/request.js';
import { accessOf } from '../resources/service.js';

export interface SessionService {
  /** The caller's own sessions; all of them for a caller that may change the adapter. */
  list(
    principal: Principal,
    row: AdapterRow,
    page: { limit: number; after?: string },
  ): Promise<{ items: SessionResource[]; next?: string }>;
  /** @throws GatewayError SESSION_NOT_FOUND, also for the session of another caller */
  end(by: Requester, row: AdapterRow, id: string): Promise<void>;
}

/** The sessions that the data planes have recorded. All methods throw UNAVAILABLE while Redis is unavailable. */
export function sessionService(redis: RedisClient, prefix: string): SessionService {
  const records = sessionRecords(redis, prefix);
  const maySeeAll = (principal: Principal, row: AdapterRow) => canWrite(principal, accessOf(row));

  return {
    async list(principal, row, page) {
      const own = maySeeAll(principal, row) ? {} : { caller: principal.subject };
      const found = await listSessions(redis, prefix, { ...owner(row), ...own, ...page }).catch(refuse);
      const items = found.sessions.map(sessionResource);
      return found.next === undefined ? { items } : { items, next: found.next };
    },
    async end({ principal, judged }, row, id) {
      if (!z.uuid().safeParse(id).success) throw sessionNotFound();
      const { record } = await records.find({ id, ...owner(row) }).catch(refuse);
      if (record === null || record === 'closed' || record.resourceId !== row.id) {
        throw sessionNotFound();
      }
      const { caller } = record;
      const { allowed, rule } = decide(principal, accessOf(row), 'write');
      if (caller !== principal.subject && !allowed) throw sessionNotFound();
      if (allowed) judged.rule = rule; // otherwise the rule that permits to read the adapter permits to end a session of one's own
      const now = Math.floor(Date.now() / 1000);
      const keepSeconds = row.spec.sessions.maxAgeSeconds ?? SESSION_LIMITS.maxAgeSeconds.default;
      const how = { now, keepSeconds, tellServer: true };
      const ended = await records.close({ id, ...owner(row), caller }, adapterRef(row.name), how).catch(refuse);
      if (!ended) throw sessionNotFound(); // another request has ended it
    },
  };
}

function refuse(cause: unknown): never {
  throw unavailable('Redis does not answer, so the sessions cannot be read now', { retryAfterSeconds: 2, cause });
}

const owner = ({ kind, id }: AdapterRow): SessionOwner => ({ kind, resourceId: id });

const MAX_NAME = 256;

/** The part of an `initialize` message that names the client. The client chooses it. */
const Initialize = z.object({
  params: z.object({ clientInfo: z.object({ name: z.string(), version: z.string() }) }),
});

/** The API shows neither the server's id of a session nor the rest of its `initialize` message. */
function sessionResource({ id, record, lastUsedAt }: ListedSession): SessionResource {
  const { caller, protocolVersion, endpointId, moves, openedAt, initialize } = record;
  return {
    id,
    caller,
    client: clientOf(initialize),
    protocolVersion,
    endpoint: endpointId,
    moves,
    openedAt: isoTime(openedAt),
    lastUsedAt: isoTime(lastUsedAt),
  };
}

function clientOf(initialize: string | null): SessionResource['client'] {
  if (initialize === null) return null;
  try {
    const { name, version } = Initialize.parse(JSON.parse(initialize)).params.clientInfo;
    return { name: name.slice(0, MAX_NAME), version: version.slice(0, MAX_NAME) };
  } catch {
    return null;
  }
}

const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
