import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';

/** The name of a credential that the operator has configured; also the name of its file or folder. */
export const CredentialName = boundedString(63).regex(
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  'must be lower-case letters, digits and inner hyphens',
);

/** How the gateway authenticates its requests to a server. */
export const UpstreamAuth = z.strictObject({
  credential: CredentialName.optional().meta({
    description:
      'Name of a credential that the operator has configured, with which the gateway calls the server. The caller ' +
      'needs `mcp.admin` or a role that the operator lists for this credential.',
  }),
  identityToken: z.boolean().default(false).meta({
    description:
      'With true, the server gets a short-lived JWT of the caller, signed by the gateway, in `X-Mcp-Identity-Token`.',
  }),
  audience: text(512, 1)
    .optional()
    .meta({
      description:
        'Audience (`aud`) of that JWT; default: the public URL of the gateway with `/adapters/{name}`. Only `mcp.admin` ' +
        'may set it, because servers of others may accept that audience.',
    }),
});
export type UpstreamAuth = z.infer<typeof UpstreamAuth>;

/** What a data plane asks the control plane for: a credential for requests to the servers of an adapter. */
export const CredentialRequest = z.strictObject({
  name: z.string().max(256),
  resourceId: z.string().max(256),
  /** The verified access token of the caller, for credentials of the caller's own. */
  subjectToken: z.string().max(32_768).optional(),
  /** The server has refused the last one. */
  renew: z.boolean().default(false),
});
export type CredentialRequest = z.input<typeof CredentialRequest>;

/** A header for requests to a server. */
export const IssuedCredential = z.object({
  /** In lower case. */
  header: z.string().regex(/^[\w-]{1,128}$/),
  value: z.string().regex(/^[\x20-\x7e]{1,32768}$/),
  /** Whether it is the same for all callers of the adapter. */
  shared: z.boolean(),
  /** When to ask for the next one. */
  renewInSeconds: z.number().min(0),
  /** When this one must not be used any more. */
  expiresInSeconds: z.number().min(0),
});
export type IssuedCredential = z.infer<typeof IssuedCredential>;
