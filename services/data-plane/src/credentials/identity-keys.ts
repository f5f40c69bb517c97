import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** The keys that sign tokens of callers for servers. */
export interface IdentityKeys {
  signing: { key: KeyObject; kid: string; alg: 'ES256' | 'EdDSA' };
  /** The key set that servers read (RFC 7517 §5): all keys, public parts only. */
  published: { keys: object[] };
}

const PEM = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;
const WRONG =
  'must be private keys of P-256 or Ed25519, in PEM one behind the other, or as a JWK or a JWK set; ' +
  'make one with: openssl genpkey -algorithm ed25519';

/**
 * The first key signs; all of them are published. A key behind the first may be public: the previous one, while tokens of
 * it may still come, or the next one, before it signs.
 */
export const IdentityKeysSetting = z
  .string()
  .transform((text, context): IdentityKeys => {
    try {
      return identityKeys(text);
    } catch {
      context.addIssue(WRONG); // the error may quote the key
      return z.NEVER;
    }
  })
  .describe('a private key in PEM; make one with: openssl genpkey -algorithm ed25519')
  .meta({ secret: true });

function identityKeys(text: string): IdentityKeys {
  const keys = text.trimStart().startsWith('{') ? fromJwks(text) : fromPem(text);
  const [first, ...rest] = keys.map(described);
  if (!first?.key || [first, ...rest].length > 10) throw new Error(WRONG);
  const { key, kid, alg } = first;
  return { signing: { key, kid, alg }, published: { keys: [first, ...rest].map(({ jwk }) => jwk) } };
}

interface ReadKey {
  key: KeyObject;
  kid?: string | undefined;
}

function fromJwks(text: string): ReadKey[] {
  const json = JSON.parse(text) as JsonWebKey & { keys?: (JsonWebKey & { kid?: string })[]; kid?: string };
  return (json.keys ?? [json]).map((jwk) => {
    const key = (jwk.d === undefined ? createPublicKey : createPrivateKey)({ key: jwk, format: 'jwk' });
    return { key, kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined };
  });
}

const fromPem = (text: string): ReadKey[] =>
  [...text.matchAll(PEM)].map(([pem, type]) => ({
    key: type?.includes('PRIVATE') ? createPrivateKey(pem) : createPublicKey(pem),
  }));

function described({ key, kid: named }: ReadKey) {
  const { kty, crv, x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (crv !== 'P-256' && crv !== 'Ed25519') throw new Error(WRONG);
  const alg = crv === 'P-256' ? ('ES256' as const) : ('EdDSA' as const);
  const parts = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  // The thumbprint of RFC 7638, which needs its members in this order.
  const kid = named ?? createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return { key: key.type === 'private' ? key : undefined, kid, alg, jwk: { ...parts, kid, alg, use: 'sig' } };
}
