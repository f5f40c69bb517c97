import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hash,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import type { ResourceKind } from '@mcp-gateway/common/contracts';
import { LRUCache } from 'lru-cache';
import type { SessionOwner } from './keys.js';

/** All that the gateway needs to route a session without Redis. */
export interface SessionEnvelope extends SessionOwner {
  /** Unique per session; names its record. */
  id: string;
  endpointId: string;
  /** The id that the server gave. */
  upstreamId: string;
  /** Subject of the caller that it was issued to. */
  caller: string;
  /** Seconds since the epoch. */
  issuedAt: number;
}

/** A 256-bit key with the id that sealed ids carry. */
export interface SessionKey {
  id: string;
  /** Made once: making it from the bytes costs more than unsealing an id. */
  key: KeyObject;
  /** The envelopes of ids that were unsealed lately, by use and id. They go with the key. */
  unsealed: LRUCache<string, SessionEnvelope>;
}

/** The first seals; all unseal. */
export type SessionKeys = readonly [SessionKey, ...SessionKey[]];

/** Of the ids whose envelopes are remembered: some twenty thousand of ordinary length. */
const MAX_UNSEALED_CHARACTERS = 8 * 1024 * 1024;

const VERSION = 2;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES;
/** Longest id that a server may give a session, in bytes. */
export const MAX_UPSTREAM_ID_BYTES = 4_096;
/** An upstream id of that length fits, whatever its characters; the gateway never makes a longer id. */
export const MAX_SESSION_ID_LENGTH = 16_384;

/** The key from its 32 bytes. Its id is derived from it, so that keys can be listed in any order. */
export function sessionKey(key: Buffer): SessionKey {
  if (key.length !== 32) throw new RangeError('a session key has 32 bytes');
  const id = createHash('sha256').update('mcp-gateway session key id').update(key).digest('hex').slice(0, 8);
  const unsealed = new LRUCache<string, SessionEnvelope>({
    maxSize: MAX_UNSEALED_CHARACTERS,
    sizeCalculation: (_, sealed) => sealed.length,
  });
  return { id, key: createSecretKey(key), unsealed };
}

/** Where the id is used: in the header `Mcp-Session-Id`, or in a URL of the older HTTP transport. One is not accepted as the other. */
type Use = 'header' | 'url';

const associated = (head: Buffer, use: Use): Buffer =>
  use === 'header' ? head : Buffer.concat([head, Buffer.from(use)]);

/**
 * Seals the envelope into a session id: base64url(version ‖ key id ‖ nonce ‖ AES-256-GCM ciphertext ‖ tag), with version,
 * key id and use authenticated. Base64url is within the visible ASCII that MCP asks for (2025-11-25, transports, session management).
 * @throws RangeError when the id would be too long to be opened again
 */
export function sealSessionId(envelope: SessionEnvelope, [key]: SessionKeys, use: Use = 'header'): string {
  const head = Buffer.concat([Buffer.of(VERSION), Buffer.from(key.id, 'hex')]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce).setAAD(associated(head, use));
  const { id, kind, resourceId, endpointId, upstreamId, caller, issuedAt } = envelope;
  const plain = JSON.stringify([id, kind, resourceId, endpointId, upstreamId, caller, issuedAt]);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([head, nonce, body, cipher.getAuthTag()]).toString('base64url');
  if (sealed.length > MAX_SESSION_ID_LENGTH) throw new RangeError('the envelope is too long for a session id');
  return sealed;
}

/** The envelope, or null for anything that was not sealed with one of these keys. Does not say why. */
export function unsealSessionId(
  sealed: string,
  keys: readonly SessionKey[],
  use: Use = 'header',
): SessionEnvelope | null {
  const name = use === 'header' ? sealed : `${use} ${sealed}`;
  for (const { unsealed } of keys) {
    const known = unsealed.get(name);
    if (known) return known;
  }
  const opened = unseal(sealed, keys, use);
  if (!opened) return null;
  opened.key.unsealed.set(name, opened.envelope);
  return opened.envelope;
}

function unseal(
  sealed: string,
  keys: readonly SessionKey[],
  use: Use,
): { key: SessionKey; envelope: SessionEnvelope } | null {
  if (sealed.length > MAX_SESSION_ID_LENGTH || !/^[A-Za-z0-9_-]+$/.test(sealed)) return null;
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
  // Base64 has several spellings of the same bytes; only ours is an id.
  if (bytes.toString('base64url') !== sealed) return null;
  const key = keys.find(({ id }) => id === bytes.toString('hex', 1, HEAD_BYTES));
  if (!key) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associated(bytes.subarray(0, HEAD_BYTES), use)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = bytes.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES);
    const plain = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    const [id, kind, resourceId, endpointId, upstreamId, caller, issuedAt] = JSON.parse(plain) as [
      string,
      ResourceKind,
      string,
      string,
      string,
      string,
      number,
    ];
    return { key, envelope: Object.freeze({ id, kind, resourceId, endpointId, upstreamId, caller, issuedAt }) };
  } catch {
    return null;
  }
}

/** Whether the session is of this resource and this caller. Takes the same time whatever differs, and where. */
export function isSessionOf(envelope: SessionEnvelope, { kind, resourceId }: SessionOwner, caller: string): boolean {
  const digest = (...texts: string[]) => hash('sha256', JSON.stringify(texts), 'buffer');
  const actual = digest(envelope.kind, envelope.resourceId, envelope.caller);
  return timingSafeEqual(actual, digest(kind, resourceId, caller));
}
