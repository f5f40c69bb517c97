import { z } from 'zod';

/** An open session, as its caller and those who look after the adapter see it. The id that the client holds is not in it. */
export const SessionResource = z
  .strictObject({
    id: z.uuid().meta({ description: 'Names the session here. It is not the Mcp-Session-Id, and opens nothing.' }),
    caller: z.string().meta({ description: 'Subject of the caller that it belongs to.' }),
    client: z
      .strictObject({
        name: z.string().meta({ description: '`clientInfo.name` of its `initialize`.' }),
        version: z.string().meta({ description: '`clientInfo.version` of its `initialize`.' }),
      })
      .nullable()
      .meta({ description: 'What the client calls itself.' }),
    protocolVersion: z.string().nullable().meta({ description: 'MCP version that client and server agreed on.' }),
    endpoint: z.string().meta({ description: 'The process that it lives on now.' }),
    moves: z.int().meta({ description: 'How often it was begun anew on another replica.' }),
    openedAt: z.iso.datetime().meta({ description: 'When the client initialized it.' }),
    lastUsedAt: z.iso.datetime().meta({ description: 'Up to some seconds late.' }),
  })
  .meta({ id: 'SessionResource' });
export type SessionResource = z.infer<typeof SessionResource>;
