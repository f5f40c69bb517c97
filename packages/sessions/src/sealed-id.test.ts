import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  MAX_SESSION_ID_LENGTH,
  isSessionOf,
  unsealSessionId,
  sealSessionId,
  sessionKey,
  type SessionEnvelope,
} from './sealed-id.js';

const key = () => sessionKey(randomBytes(32));
const KEY = key();

const ENVELOPE: SessionEnvelope = {
  id: 'f3b1c8e2',
  kind: 'adapter',
  resourceId: '6a1c7f0e-7a55-4bd5-9f2b-9b1a4a1f4a11',
  endpointId: 'echo-0.0123456789.0',
  upstreamId: 'e4b8-upstream',
  caller: 'alice',
  issuedAt: 1_780_000_000,
};

const sealed = sealSessionId(ENVELOPE, [KEY]);
const bytes = Buffer.from(sealed, 'base64url');

describe('a session id', () => {
  it.each([
    ['as usual', ENVELOPE],
    ['with names in any script', { ...ENVELOPE, caller: 'José 李雷 🦙', upstreamId: '"\\\n' }],
    [
      'with nothing in it',
      { ...ENVELOPE, id: '', resourceId: '', endpointId: '', upstreamId: '', caller: '', issuedAt: 0 },
    ],
    ['with an upstream id of 4 KB', { ...ENVELOPE, upstreamId: 'u'.repeat(4_096) }],
    ['with one that is hard to write down', { ...ENVELOPE, upstreamId: '\\'.repeat(4_096), caller: '\0'.repeat(255) }],
  ])('opens to what was sealed, %s', (_what, envelope) => {
    const id = sealSessionId(envelope, [KEY]);
    expect(unsealSessionId(id, [KEY])).toStrictEqual(envelope);
    expect(id.length).toBeLessThanOrEqual(MAX_SESSION_ID_LENGTH);
  });

  it('is good for the use that it was made for, and for no other', () => {
    const url = sealSessionId(ENVELOPE, [KEY], 'url');
    expect(unsealSessionId(url, [KEY], 'url')).toStrictEqual(ENVELOPE);
    expect(unsealSessionId(url, [KEY])).toBeNull();
    expect(unsealSessionId(sealed, [KEY], 'url')).toBeNull();
  });

  it('is unsealed once, and unknown as soon as its key is removed', () => {
    const [first, second] = [key(), key()];
    const id = sealSessionId(ENVELOPE, [first]);
    expect(unsealSessionId(id, [first])).toBe(unsealSessionId(id, [second, first]));
    expect(unsealSessionId(id, [second])).toBeNull();
  });

  it('is visible ASCII that needs no quoting anywhere', () => {
    for (let i = 0; i < 50; i += 1) expect(sealSessionId(ENVELOPE, [KEY])).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('is never the same twice', () => {
    const ids = Array.from({ length: 500 }, () => sealSessionId(ENVELOPE, [KEY]));
    expect(new Set(ids).size).toBe(500);
    // Nor is the nonce, which would give the key away.
    const nonces = ids.map((id) => Buffer.from(id, 'base64url').toString('hex', 5, 17));
    expect(new Set(nonces).size).toBe(500);
  });

  it('shows nothing of what is in it', () => {
    const text = bytes.toString('latin1') + sealed;
    for (const value of Object.values(ENVELOPE)) expect(text).not.toContain(String(value));
  });

  it('does not open with any single bit flipped', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect([bit, unsealSessionId(flipped.toString('base64url'), [KEY])]).toEqual([bit, null]);
    }
  });

  it('does not open with any one character changed', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(unsealSessionId(sealed.slice(0, at) + other + sealed.slice(at + 1), [KEY])).toBeNull();
    }
  });

  it('does not open cut short at either end, or with more at either end', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(unsealSessionId(sealed.slice(0, length), [KEY])).toBeNull();
      expect(unsealSessionId(sealed.slice(-length - 1, -1), [KEY])).toBeNull();
    }
    for (const more of ['A', 'AA', 'AAA', 'AAAA', sealed]) {
      expect(unsealSessionId(sealed + more, [KEY])).toBeNull();
      expect(unsealSessionId(more + sealed, [KEY])).toBeNull();
    }
  });

  it('opens in its one spelling only', () => {
    const lengths = new Set<number>();
    // Of all three lengths modulo 3, so that some have bits to spare in their last character.
    for (const upstreamId of ['a', 'ab', 'abc']) {
      const id = sealSessionId({ ...ENVELOPE, upstreamId }, [KEY]);
      lengths.add(id.length % 4);
      const raw = Buffer.from(id, 'base64url');
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const spellings = alphabet
        .split('')
        .map((last) => id.slice(0, -1) + last)
        .filter((other) => other !== id);
      const same = spellings.filter((other) => Buffer.from(other, 'base64url').equals(raw));
      const others = [...same, raw.toString('base64'), `${id}=`, `${id}\n`, ` ${id}`, id.replace(/(.{8})/, '$1.')];
      expect(others.filter((other) => other !== id && unsealSessionId(other, [KEY]))).toEqual([]);
      expect(unsealSessionId(id, [KEY])).not.toBeNull();
    }
    expect(lengths).toEqual(new Set([0, 2, 3]));
  });

  it.each([0, 1, 255])('does not open as of version %i', (version) => {
    const other = Buffer.from(bytes);
    other[0] = version;
    expect(unsealSessionId(other.toString('base64url'), [KEY])).toBeNull();
  });

  it.each(['', 'x', '3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'A'.repeat(44), 'A'.repeat(45), 'a b', 'ä'.repeat(100)])(
    'is not %j',
    (text) => {
      expect(unsealSessionId(text, [KEY])).toBeNull();
    },
  );

  it('is not made when it would be too long to be opened', () => {
    const envelope = { ...ENVELOPE, upstreamId: 'u'.repeat(12_300) };
    expect(() => sealSessionId(envelope, [KEY])).toThrow('the envelope is too long');
  });

  it('does not open when it is longer than any that is made', () => {
    expect(unsealSessionId('A'.repeat(MAX_SESSION_ID_LENGTH + 1), [KEY])).toBeNull();
  });
});

describe('the keys of session ids', () => {
  it('are not exchangeable', () => {
    expect(unsealSessionId(sealed, [key()])).toBeNull();
    expect(unsealSessionId(sealed, [])).toBeNull();
    // Not even with the same id.
    expect(unsealSessionId(sealed, [{ ...key(), id: KEY.id }])).toBeNull();
  });

  it('rotate: the first seals, all open', () => {
    const next = key();
    const after = sealSessionId(ENVELOPE, [next, KEY]);
    for (const keys of [
      [next, KEY],
      [KEY, next],
    ]) {
      expect(unsealSessionId(sealed, keys)).toStrictEqual(ENVELOPE);
      expect(unsealSessionId(after, keys)).toStrictEqual(ENVELOPE);
    }
    expect(unsealSessionId(after, [KEY])).toBeNull();
  });

  it('have an id that follows from the key and does not show it', () => {
    const raw = randomBytes(32);
    expect(sessionKey(raw).id).toBe(sessionKey(Buffer.from(raw)).id);
    expect(sessionKey(raw).id).toMatch(/^[0-9a-f]{8}$/);
    expect(raw.toString('hex')).not.toContain(sessionKey(raw).id);
  });

  it.each([0, 16, 31, 33, 64])('have 32 bytes, not %i', (length) => {
    expect(() => sessionKey(randomBytes(length))).toThrow('a session key has 32 bytes');
  });
});

describe('a session of a resource', () => {
  const { resourceId } = ENVELOPE;

  it.each([
    ['the same resource and caller', { kind: 'adapter', resourceId }, 'alice', true],
    ['a resource of another kind', { kind: 'tool', resourceId }, 'alice', false],
    ['another resource of the kind', { kind: 'adapter', resourceId: 'another' }, 'alice', false],
    ['another caller', { kind: 'adapter', resourceId }, 'bob', false],
  ] as const)('is compared with %s', (_what, owner, caller, expected) => {
    expect(isSessionOf(ENVELOPE, owner, caller)).toBe(expected);
  });

  it('keeps its kind in the sealed id', () => {
    const tool: SessionEnvelope = { ...ENVELOPE, kind: 'tool' };
    expect(unsealSessionId(sealSessionId(tool, [KEY]), [KEY])).toStrictEqual(tool);
  });
});
