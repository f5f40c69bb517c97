import { hash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { invalidToken } from '../bearer.js';

const PREFIX = 'mcpgw_';
const SECRET_BYTES = 32;
/** The prefix, the id, the secret, and the checksum of all that is before it. docs/identity.md says it to secret scanners. */
const KEY = /^mcpgw_([0-9a-f]{16})_[0-9a-f]{64}[0-9a-f]{8}$/;

/** A key as a caller sends it. */
export interface PresentedKey {
  id: string;
  /** Of the whole key; all that the gateway keeps of it. */
  hash: string;
}

/** A new key, whose text exists nowhere else. */
export function createApiKey(): PresentedKey & { text: string } {
  const id = randomBytes(8).toString('hex');
  const unchecked = `${PREFIX}${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  const text = unchecked + checksumOf(unchecked);
  return { text, id, hash: hashOf(text) };
}

/** SHA-256 in base64. A plain hash suffices, because nobody can guess 32 random bytes (docs/decisions/0022-api-keys.md). */
export const hashOf = (text: string): string => hash('sha256', text, 'base64');

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** The id of a key; undefined for a text that is no key, or has a typing error. */
export function idIn(text: string): string | undefined {
  const id = KEY.exec(text)?.[1];
  return id !== undefined && text.endsWith(checksumOf(text.slice(0, -8))) ? id : undefined;
}

/** Whether a text begins as our keys do, which go to no one else. */
export const isOurKey = (text: string): boolean => text.startsWith(PREFIX);

const BEARER = /^Bearer +(mcpgw_\S*)$/i;

/**
 * The API key of a request, from `X-API-Key` or `Authorization: Bearer`; undefined when it has none. A value of
 * `X-API-Key` that does not begin as our keys do belongs to a server behind the gateway.
 * @throws GatewayError SIGN_IN_REQUIRED when the request signs in twice (RFC 6750 §2)
 */
export function apiKeyIn(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  const named = headers['x-api-key'];
  const own = typeof named === 'string' && isOurKey(named) ? named : undefined;
  if (own === undefined && authorization === undefined) return undefined;
  const bearer = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  if (own !== undefined && authorization !== undefined && own !== bearer) {
    throw invalidToken('send one of Authorization and X-API-Key; this request signs in with both');
  }
  return own ?? bearer;
}

export const unknownKey = (): GatewayError => invalidToken('the API key is not known, has expired or was revoked');
