import { z } from 'zod';

const DAY = 24 * 3600;

/** Bounds and defaults of what limits sessions: the spec of an adapter, the settings of data planes, the records in Redis. */
export const SESSION_LIMITS = {
  idleTimeoutSeconds: { min: 60, max: 30 * DAY, default: DAY },
  maxAgeSeconds: { min: 60, max: 90 * DAY, default: 7 * DAY },
  maxOpen: { min: 1, max: 1_000_000, default: 10_000 },
  maxOpenPerCaller: { min: 1, max: 1_000_000, default: 1_000 },
} as const;

/** An open session, for its caller and for callers that may change the adapter. It does not contain the id that the client holds. */
export const SessionResource = z
  .strictObject({
    id: z.uuid().meta({
      description: 'Id of the session on this API. It is not the Mcp-Session-Id and gives no access to the session.',
    }),
    caller: z.string().meta({ description: 'Subject of the caller that opened the session.' }),
    client: z
      .strictObject({
        name: z.string().meta({ description: '`clientInfo.name` of its `initialize`.' }),
        version: z.string().meta({ description: '`clientInfo.version` of its `initialize`.' }),
      })
      .nullable()
      .meta({ description: 'The name that the client gives itself.' }),
    protocolVersion: z.string().nullable().meta({ description: 'MCP version that client and server agreed on.' }),
    endpoint: z.string().meta({ description: 'The replica process that holds the session now.' }),
    moves: z.int().meta({ description: 'How often the session has moved to another replica.' }),
    openedAt: z.iso.datetime().meta({ description: 'When the client opened the session.' }),
    lastUsedAt: z.iso
      .datetime()
      .meta({ description: 'When the session was last used. The value may be some seconds old.' }),
  })
  .meta({ id: 'SessionResource' });
export type SessionResource = z.infer<typeof SessionResource>;
