import { z } from 'zod';

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
