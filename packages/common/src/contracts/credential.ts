import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';
import { ResourceKind } from './resource.js';

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

/** How the gateway connects to a server that speaks TLS. */
export const ServerTls = z.strictObject({
  credential: CredentialName.optional().meta({
    description:
      'Name of a credential of the type `tls` that the operator has configured: the authorities that the gateway trusts ' +
      'for the server, and the client certificate that it shows. Absent: the authorities of the system, and no client ' +
      'certificate. The caller needs `mcp.admin` or a role that the operator lists for this credential.',
  }),
  serverName: boundedString(253)
    .regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be a host name in lower case, such as crm.example.com',
    )
    .optional()
    .meta({
      description:
        'Name that the certificate of the server must have, and that the gateway sends as SNI. Absent: the host of the ' +
        'URL of the server, which is `localhost` for a process on this machine and the IP address of a pod.',
    }),
});
export type ServerTls = z.infer<typeof ServerTls>;

/** What a data plane or a tool router asks the control plane for: a credential for requests to the servers of a resource. */
export const CredentialRequest = z.strictObject({
  kind: ResourceKind.default('adapter'),
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

/** The same for connections to servers: the certificates that the adapter names in `tls.credential`. */
export const CertificateRequest = CredentialRequest.pick({ kind: true, name: true, resourceId: true });
export type CertificateRequest = z.input<typeof CertificateRequest>;

const Pem = z.string().max(262_144);

/** What a data plane uses for connections to a server; in PEM. */
export const IssuedCertificates = z.object({
  /** Trusted for the server. Absent: those of the system. */
  ca: Pem.optional(),
  /** The client certificate with its chain, and its key. */
  cert: Pem.optional(),
  key: Pem.optional(),
  ...IssuedCredential.pick({ renewInSeconds: true, expiresInSeconds: true }).shape,
});
export type IssuedCertificates = z.infer<typeof IssuedCertificates>;
