import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { CredentialName } from '@mcp-gateway/common/contracts';
import { isLoopback, readSecretFile } from '@mcp-gateway/platform/config';
import { z } from 'zod';

/** Headers that the gateway sets or acts on, or that describe a connection or a body. */
const TAKEN =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|content-.*|accept.*|cookie2?|mcp-.*|x-mcp-.*|x-request-id|last-event-id|x?-?forwarded.*|origin)$/;

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, 'must be the name of a header')
  .transform((name) => name.toLowerCase())
  .refine((name) => !TAKEN.test(name), 'is a header that the gateway sets itself');

const HeaderValue = z.string().regex(/^[\x21-\x7e]([\x20-\x7e]{0,16383}[\x21-\x7e])?$/, 'must be printable ASCII');

/** Secrets travel over TLS; on this machine they need not. */
const TokenEndpoint = z
  .string()
  .max(2_048)
  .refine((href) => {
    const url = URL.parse(href);
    return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  }, 'must be an https URL (http is allowed on loopback only)');

/** A JSON list, or a text with commas or spaces between. */
const Names = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
  z.array(z.string().min(1).max(256)).max(100),
);

const Parameter = z.string().min(1).max(2_048);

const common = {
  /** Their holders may register adapters that use the credential, as well as mcp.admin. */
  roles: Names.default([]),
};

const client = {
  tokenEndpoint: TokenEndpoint,
  clientId: Parameter,
  clientSecret: z.string().min(1).max(16_384),
  /** How the client authenticates (RFC 6749 §2.3.1). */
  clientAuthentication: z.enum(['basic', 'post'], 'must be "basic" or "post"').default('basic'),
  /** With spaces between (RFC 6749 §3.3). */
  scope: Parameter.optional(),
};

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const Pem = z.string().max(262_144);

const Authorities = Pem.refine((text) => isCertificate(text), 'must be certificates of authorities, in PEM');

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0; // a TLS context takes anything, and then trusts nothing
  } catch {
    return false;
  }
}

/** Certificates for connections to a server. The names of the fields are those of a Secret of the type kubernetes.io/tls. */
const TlsCredential = z
  .strictObject({
    type: z.literal('tls'),
    ...common,
    'ca.crt': Authorities.optional(),
    'tls.crt': Pem.optional(),
    'tls.key': Pem.optional(),
  })
  .check(({ value: { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key }, issues, value }) => {
    const fault = (message: string) => void issues.push({ code: 'custom', message, input: value });
    if (cert === undefined && key === undefined) {
      if (ca === undefined) fault('needs ca.crt, or tls.crt and tls.key');
      return;
    }
    if (cert === undefined || key === undefined) return fault('needs both of tls.crt and tls.key, or none');
    try {
      createSecureContext({ cert, key });
    } catch {
      fault('tls.crt and tls.key must be a certificate and its key, in PEM');
    }
  });

/** A credential as the operator configures it. */
const Credential = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('header'),
      ...common,
      header: HeaderName.default('authorization'),
      value: HeaderValue,
    }),
    z.strictObject({
      type: z.literal('client-credentials'),
      ...common,
      ...client,
      audience: Parameter.optional(),
      resource: Parameter.optional(),
    }),
    z.strictObject({
      type: z.literal('token-exchange'),
      ...common,
      ...client,
      audience: Parameter.optional(),
      resource: Parameter.optional(),
      subjectTokenType: Parameter.default(ACCESS_TOKEN),
      requestedTokenType: Parameter.default(ACCESS_TOKEN),
    }),
    z.strictObject({ type: z.literal('on-behalf-of'), ...common, ...client, scope: Parameter }),
    TlsCredential,
  ],
  'must be "header", "client-credentials", "token-exchange", "on-behalf-of" or "tls"',
);
export type Credential = z.infer<typeof Credential>;
export type ClientCredential = Exclude<Credential, { type: 'header' | 'tls' }>;

const FIELDS = new Set(Credential.options.flatMap((option) => Object.keys(option.shape)));

/** A credential that exists and cannot be used. The message names fields and files, never their content. */
export class CredentialFault extends Error {}

/**
 * Reads a credential: the JSON file `{name}.json`, or the folder `{name}` with one file for each field, as a Secret is
 * mounted. Reading it each time lets secrets rotate without a restart.
 * @returns undefined when there is none
 * @throws CredentialFault
 */
export function readCredential(folder: string, name: string): Credential | undefined {
  if (!CredentialName.safeParse(name).success) return undefined;
  try {
    const fields = readJson(join(folder, `${name}.json`)) ?? readFields(join(folder, name));
    if (fields === undefined) return undefined;
    const { data, error } = Credential.safeParse(fields);
    if (data) return data;
    throw new Error(error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; '));
  } catch (error) {
    throw new CredentialFault(`the credential ${name} cannot be used: ${(error as Error).message}`);
  }
}

function readJson(file: string): unknown {
  if (!statSync(file, { throwIfNoEntry: false })) return undefined;
  const text = readSecretFile(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON`); // the parser's own message quotes the text
  }
}

function readFields(folder: string): Record<string, string> | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const present = [...FIELDS].filter((field) => statSync(join(folder, field), { throwIfNoEntry: false }));
  const fields = Object.fromEntries(present.map((field) => [field, readSecretFile(join(folder, field))]));
  const isTls = fields['tls.crt'] !== undefined || fields['ca.crt'] !== undefined;
  return isTls ? { type: 'tls', ...fields } : fields; // a Secret that cert-manager makes has no type
}
