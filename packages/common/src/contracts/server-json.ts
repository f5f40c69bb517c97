import { z } from 'zod';

/** The part of `server.json` that an adapter can be made of (modelcontextprotocol/registry, schema 2025-12-11). Other fields are ignored. */

const MAX_ITEMS = 64;
const Text = z.string().max(4_096);

const Input = z.object({
  value: Text.optional(),
  default: Text.optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
});
const InputWithVariables = Input.extend({ variables: z.record(z.string().max(256), Input).optional() });
export type Input = z.infer<typeof InputWithVariables>;

const KeyValue = InputWithVariables.extend({ name: Text });
export const Argument = z.discriminatedUnion('type', [
  InputWithVariables.extend({ type: z.literal('positional'), valueHint: Text.optional() }),
  InputWithVariables.extend({ type: z.literal('named'), name: Text }),
]);

export const Transport = z.object({
  type: z.string().max(64),
  url: Text.optional(),
  headers: z.array(KeyValue).max(MAX_ITEMS).optional(),
  variables: z.record(z.string().max(256), Input).optional(),
});

export const Package = z.object({
  registryType: z.string().max(64),
  identifier: Text,
  version: Text.optional(),
  runtimeHint: Text.optional(),
  transport: Transport,
  runtimeArguments: z.array(Argument).max(MAX_ITEMS).optional(),
  packageArguments: z.array(Argument).max(MAX_ITEMS).optional(),
  environmentVariables: z.array(KeyValue).max(MAX_ITEMS).optional(),
});
export type Transport = z.infer<typeof Transport>;
export type Argument = z.infer<typeof Argument>;
export type Package = z.infer<typeof Package>;

export const ServerJson = z.object({
  name: Text,
  title: Text.optional(),
  description: Text.default(''),
  websiteUrl: Text.optional(),
  repository: z.object({ url: Text }).optional(),
  icons: z
    .array(
      z.object({
        src: Text,
        mimeType: Text.optional(),
        sizes: z.array(Text).optional(),
        theme: z.enum(['light', 'dark']).optional(),
      }),
    )
    .max(MAX_ITEMS)
    .optional(),
  packages: z.array(Package).max(MAX_ITEMS).default([]),
  remotes: z.array(Transport).max(MAX_ITEMS).default([]),
});
export type ServerJson = z.infer<typeof ServerJson>;

/** `server.json`, or the entry of a registry that contains it. */
export const RegistryEntry = z.union([z.object({ server: ServerJson }).transform(({ server }) => server), ServerJson]);

/** Entries choose the names, and one may be `constructor`. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
