import { z } from 'zod';
import { Icon } from './about.js';

/** The answers of the registry API of MCP, v0.1, as far as the gateway gives them (modelcontextprotocol/registry, `ServerResponse`, `ServerList`). */

const Remote = z.strictObject({
  type: z.enum(['streamable-http']).meta({ description: 'The transport.' }),
  url: z.string().meta({ description: 'URL at this gateway for MCP clients.' }),
});

const Server = z.strictObject({
  $schema: z.string().meta({ description: 'The format of this object.' }),
  name: z
    .string()
    .meta({ description: 'Name of the server: the host of the gateway, reversed, and the name of the resource.' }),
  title: z.string().optional().meta({ description: 'Name for people.' }),
  description: z.string().meta({ description: 'A text for people, cut to 100 characters.' }),
  version: z.string().meta({ description: '`1.0.` and the generation of the resource.' }),
  websiteUrl: z.string().optional().meta({ description: 'Where people read about it.' }),
  icons: z.array(Icon).optional().meta({ description: 'The icons that are URLs.' }),
  remotes: z.array(Remote).meta({ description: 'How MCP clients connect.' }),
  _meta: z
    .strictObject({
      'io.modelcontextprotocol.registry/publisher-provided': z
        .record(z.string(), z.unknown())
        .meta({ description: 'Kind and name of the resource here, its tags, owner and phase.' }),
    })
    .meta({ description: 'What the format has no field for.' }),
});

export const RegistryServer = z
  .strictObject({
    server: Server.meta({ description: 'The server, as in `server.json`.' }),
    _meta: z
      .strictObject({
        'io.modelcontextprotocol.registry/official': z
          .strictObject({
            status: z.enum(['active']).meta({ description: 'The gateway lists no others.' }),
            statusChangedAt: z.iso.datetime().meta({ description: 'The same as `publishedAt`.' }),
            publishedAt: z.iso.datetime().meta({ description: 'When the resource was registered.' }),
            updatedAt: z.iso.datetime().meta({ description: 'When its spec was last replaced.' }),
            isLatest: z.boolean().meta({ description: 'True: the gateway has one version of each.' }),
          })
          .meta({ description: 'What registries say of a server.' }),
      })
      .meta({ description: 'What the registry adds.' }),
  })
  .meta({ id: 'RegistryServer' });
export type RegistryServer = z.infer<typeof RegistryServer>;

export const RegistryList = z
  .strictObject({
    servers: z.array(RegistryServer).meta({ description: 'One page.' }),
    metadata: z
      .strictObject({
        nextCursor: z.string().optional().meta({ description: '`cursor` of the next page; absent on the last one.' }),
        count: z.int().meta({ description: 'How many servers this page has.' }),
      })
      .meta({ description: 'Of the page.' }),
  })
  .meta({ id: 'RegistryList' });
export type RegistryList = z.infer<typeof RegistryList>;
