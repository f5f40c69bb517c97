import { afterEach, describe, expect, it } from '@jest/globals';
import type { CallContext } from '../source.js';
import { ClientSessions, MAX_SESSIONS_OF_CALLER, type ClientSession, type OpenSession } from './client-sessions.js';
import type { Connection } from './connection.js';

const contextOf = (subject: string, key: string) =>
  ({ client: { key, principal: { subject } } }) as unknown as CallContext;

/** Sessions whose connections do nothing; `closed` has those that were closed. */
function sessionsOf(open?: OpenSession) {
  const closed: Connection[] = [];
  function fake(): Connection {
    const connection = { close: async () => void closed.push(connection) } as unknown as Connection;
    return connection;
  }
  const sessions = new ClientSessions(open ?? (() => Promise.resolve(fake())), { has: () => false, lost: () => {} });
  end = () => sessions.close();
  const connectionOf = ({ connection }: ClientSession) => Promise.resolve(connection);
  return { sessions, closed, fake, use: (context: CallContext) => sessions.within(context, connectionOf) };
}
let end = () => Promise.resolve();
afterEach(() => end());

describe('a session that is gone at the server', () => {
  it('is forgotten twice while the next one fails to open', async () => {
    let opened = 0;
    const all = sessionsOf(() => {
      opened += 1;
      return opened === 1 ? Promise.resolve(all.fake()) : Promise.reject(new Error('the server answers 500'));
    });
    const context = contextOf('alice', 'a');
    const first = await all.use(context);
    all.sessions.forget('a', first);
    const next = all.use(context);
    all.sessions.forget('a', first);
    await expect(next).rejects.toThrow('500');
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection fails the test
  });

  it('does not take the next one with it when its connection ends', async () => {
    const { sessions, use } = sessionsOf();
    const first = await use(contextOf('alice', 'a'));
    sessions.forget('a', first);
    const next = await use(contextOf('alice', 'a'));
    sessions.closed('a', first);
    expect(await sessions.of('a')).toBe(next);
  });
});

it('a caller with very many sessions loses its own idlest, and nobody else loses one', async () => {
  const { sessions, closed, use } = sessionsOf();
  const other = await use(contextOf('alice', 'a'));
  const all = await Promise.allSettled(
    Array.from({ length: MAX_SESSIONS_OF_CALLER + 1 }, (_, i) => use(contextOf('mallory', `m${i}`))),
  );
  // All at once, they are in use, and one too many is refused.
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  await use(contextOf('mallory', 'one more'));
  expect(closed).toHaveLength(1);
  expect(closed).not.toContain(other);
  expect(await sessions.of('a')).toBe(other);
});

it('callers with many sessions do not end those of a caller with few', async () => {
  const { sessions, use } = sessionsOf();
  const keys = ['a1', 'a2', 'a3'];
  for (const key of keys) await use(contextOf('alice', key));
  for (const subject of ['m1', 'm2', 'm3', 'm4']) {
    for (let i = 0; i < MAX_SESSIONS_OF_CALLER; i += 1) await use(contextOf(subject, `${subject} ${i}`));
  }
  for (const key of keys) expect(await sessions.of(key)).toBeDefined();
});

it('a client that may not have a session any more loses it', async () => {
  const { sessions, closed, use } = sessionsOf();
  const [, stays] = [await use(contextOf('alice', 'a')), await use(contextOf('bob', 'b'))];
  sessions.endUnless(({ principal }) => principal.subject === 'bob');
  expect(await sessions.of('a')).toBeUndefined();
  expect(await sessions.of('b')).toBe(stays);
  expect(closed).toHaveLength(1);
});
