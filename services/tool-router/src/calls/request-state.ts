import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** What a client carries from one round of a request to the next (MCP 2026-07-28, multi-round-trip requests). */
const State = z.object({
  /** The caller, the toolset, the method and its subject: a state holds for this request only. */
  binding: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.number(),
  /** Of the server, if it gave one. */
  server: z.string().optional(),
  /** A call that waits at this router, for a server that asks its clients directly. */
  parked: z.string().optional(),
  /** The server wants the same request again, once the client has opened URLs. */
  urls: z.boolean().optional(),
  /** Where that router is: its origin. */
  router: z.string().optional(),
});
type State = z.infer<typeof State>;

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_AGE_MS = 10 * 60_000;

/** Seals the states, so that a client can neither read nor change one, nor use it as another caller, for another tool, or later. */
export class RequestStates {
  /** @param secrets shared by all routers; the first seals, each opens */
  constructor(
    private readonly secrets: () => readonly string[],
    private readonly now: () => number = Date.now,
  ) {}

  seal(state: Omit<State, 'binding' | 'expiresAt'>, binding: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keyOf(this.secrets()[0] ?? ''), nonce);
    const text = JSON.stringify({ ...state, binding, expiresAt: this.now() + MAX_AGE_MS } satisfies State);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** @throws ProtocolError -32602 when it is none of ours, has expired, or belongs to another request */
  open(sealed: string, binding: string): Omit<State, 'binding' | 'expiresAt'> {
    const bytes = Buffer.from(sealed, 'base64url');
    for (const secret of bytes[0] === VERSION ? this.secrets() : []) {
      const state = opened(bytes, keyOf(secret));
      if (state && state.binding === binding && state.expiresAt > this.now()) return state;
    }
    throw invalidState();
  }
}

/** As the SDK says it. */
export const invalidState = (): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', {
    reason: 'invalid_request_state',
  });

/** Secrets are longer than keys, and serve other purposes too. */
const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'mcp-gateway request state', 32));

function opened(bytes: Buffer, key: Buffer): State | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return State.parse(JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString()));
  } catch {
    return undefined;
  }
}
