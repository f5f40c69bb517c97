import { z } from 'zod';

const DAY = 24 * 3600;

/** Bounds and defaults of what limits sessions: the spec of an adapter, the settings of data planes, the records in Redis. */
export const SESSION_LIMITS = {
  idleTimeoutSeconds: { min: 60, max: 30 * DAY, default: DAY },
  maxAgeSeconds: { min: 60, max: 90 * DAY, default: 7 * DAY },
  maxOpen: { min: 1, max: 1_000_000, default: 10_000 },
  maxOpenPerCaller: { min: 1, max: 1_000_000, default: 1_000 },
} as const;

const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z.int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);

/** Limits of the sessions of an adapter. The configuration of the data plane applies where a limit is absent. */
export const SessionLimits = z
  .strictObject({
    idleTimeoutSeconds: wholeNumber(SESSION_LIMITS.idleTimeoutSeconds)
      .optional()
      .meta({ description: 'A session that is idle for this long ends. A session with an open stream is not idle.' }),
    maxAgeSeconds: wholeNumber(SESSION_LIMITS.maxAgeSeconds)
      .optional()
      .meta({ description: 'A session ends this long after its start, also while it is in use.' }),
    maxOpen: wholeNumber(SESSION_LIMITS.maxOpen)
      .optional()
      .meta({ description: 'Maximum number of open sessions of the adapter.' }),
    maxOpenPerCaller: wholeNumber(SESSION_LIMITS.maxOpenPerCaller)
      .optional()
      .meta({ description: 'Maximum number of open sessions of one caller on the adapter.' }),
  })
  .meta({ id: 'SessionLimits' });
export type SessionLimits = z.infer<typeof SessionLimits>;

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
