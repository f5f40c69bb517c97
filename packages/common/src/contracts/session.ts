import { z } from 'zod';

/** An open session, as its caller and those who look after the adapter see it. The id that the client holds is not in it. */
export const SessionResource = z
  .strictObject({
    id: z.uuid().meta({ description: 'Names the session here. It is not the Mcp-Session-Id, and opens nothing.' }),
    caller: z.string().meta({ description: 'Subject of the caller that it belongs to.' }),
    client: z
      .strictObject({ name: z.string(), version: z.string() })
      .nullable()
      .meta({ description: 'What the client calls itself.' }),
    protocolVersion: z.string().nullable(),
    endpoint: z.string().meta({ description: 'The process that it lives on now.' }),
    moves: z.int().meta({ description: 'How often it was begun anew on another replica.' }),
    openedAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().meta({ description: 'Up to some seconds late.' }),
  })
  .meta({ id: 'SessionResource' });
export type SessionResource = z.infer<typeof SessionResource>;
