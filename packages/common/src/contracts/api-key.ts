import { z } from 'zod';
import { text } from './adapter-fields.js';
import { normalizeFieldNames } from './fields.js';
import { ResourceKind, ResourceName } from './resource.js';

const Role = text(128, 1).refine((role) => !role.includes(','), { message: 'must not contain a comma' });

const KeyResource = z.strictObject({
  kind: ResourceKind.meta({ description: 'Kind of the resource.' }),
  name: ResourceName.meta({ description: 'Name of the resource. It need not exist yet.' }),
});

/** The fields of an API key that its creator chooses. */
const chosen = {
  name: text(100, 1).meta({ description: 'A text for people: what the key is for.', examples: ['nightly report'] }),
  roles: z.array(Role).max(64, 'must be at most 64 roles').default([]).meta({
    description: 'Roles that the key has. They must be roles of yours, unless you are mcp.admin.',
  }),
  resources: z
    .array(KeyResource)
    .min(1, 'must name a resource, or be absent')
    .max(100, 'must be at most 100')
    .optional(),
} as const;
const SCOPE = 'The only resources that the key may use, within the rights of its roles and its creator.';

/** The body of POST /api-keys. */
export const ApiKeyBody = z
  .strictObject({
    ...chosen,
    resources: chosen.resources.meta({ description: `${SCOPE} Absent: all of them.` }),
    expiresAt: z.iso.datetime({ offset: true, error: 'must be a time such as 2027-01-31T00:00:00Z' }).optional().meta({
      description:
        'When the key ends. The operator sets a maximum. Absent: in 90 days, or at the maximum if that is sooner.',
    }),
  })
  .meta({ id: 'ApiKeyBody' });
export type ApiKeyBody = z.infer<typeof ApiKeyBody>;

/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const ApiKeyRequest = z.preprocess(
  (body, context) => normalizeFieldNames(ApiKeyBody, body, context),
  ApiKeyBody,
);

/** An API key without its secret. */
export const ApiKeyResource = z
  .strictObject({
    id: z.string().meta({ description: 'Id of the key: the part of the key between its first two underscores.' }),
    name: chosen.name,
    roles: z.array(z.string()).meta({ description: 'Roles that the key has.' }),
    resources: z
      .array(KeyResource)
      .nullable()
      .meta({ description: `${SCOPE} Null: all of them.` }),
    createdBy: z.string().meta({ description: 'Subject of the caller that created the key, as whom the key acts.' }),
    createdAt: z.iso.datetime().meta({ description: 'When the key was created.' }),
    expiresAt: z.iso.datetime().meta({ description: 'When the key ends.' }),
    lastUsedAt: z.iso.datetime().nullable().meta({
      description:
        'When the key was last used, up to a minute ago. Null: not since it was created, or since Redis was last emptied, or Redis is unavailable.',
    }),
  })
  .meta({ id: 'ApiKeyResource' });
export type ApiKeyResource = z.infer<typeof ApiKeyResource>;

/** The answer of POST /api-keys, the only one that has the key itself. */
export const ApiKeyCreated = ApiKeyResource.extend({
  key: z.string().meta({
    description: 'The key. Store it now: the gateway keeps a hash of it and never shows it again.',
  }),
}).meta({ id: 'ApiKeyCreated' });
export type ApiKeyCreated = z.infer<typeof ApiKeyCreated>;
