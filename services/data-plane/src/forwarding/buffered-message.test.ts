import { describe, expect, it } from '@jest/globals';
import type { SessionId, SessionRecords } from '@mcp-gateway/sessions';
import { BufferedMessage } from './buffered-message.js';
import { settingsRecorder } from './session-settings.js';

const SESSION: SessionId = { id: 's', kind: 'adapter', resourceId: 'a' };

/** A message that must not be parsed. */
class Unread extends BufferedMessage {
  override get message(): never {
    throw new Error('parsed');
  }
}

const request = (method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

const buffered = (text: string) => new BufferedMessage(Buffer.from(text), Buffer.from(text));

async function noted(message: BufferedMessage, refused: (string | number)[] = []): Promise<unknown[][]> {
  const notes: unknown[][] = [];
  const note = async (...given: unknown[]) => void notes.push(given);
  const records = { set: note, subscribe: note, unsubscribe: note } as unknown as SessionRecords;
  await settingsRecorder(records, SESSION, message)?.(new Set(refused));
  return notes;
}

describe('the session settings in a message', () => {
  it.each([
    ['a call', request('tools/call', { name: 'weather', arguments: { city: 'Zürich', unit: '°C' } })],
    ['a list', request('tools/list')],
    ['an answer', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['a batch', `[${request('ping')},${request('tools/list')}]`],
  ])('are none, and the message is not parsed: %s', async (_what, text) => {
    expect(await noted(new Unread(null, Buffer.from(text)))).toEqual([]);
  });

  it('are none when the message is too long to buffer', async () => {
    expect(await noted(new Unread(null, null))).toEqual([]);
  });

  it.each([
    ['a level', request('logging/setLevel', { level: 'info' }), [[SESSION, 'logLevel', 'info']]],
    ['a subscription', request('resources/subscribe', { uri: 'a:b' }), [[SESSION, 'a:b']]],
    ['the end of one', request('resources/unsubscribe', { uri: 'a:b' }), [[SESSION, 'a:b']]],
    [
      'one of a batch',
      `[${request('ping')},${request('logging/setLevel', { level: 'info' })}]`,
      [[SESSION, 'logLevel', 'info']],
    ],
    [
      'one with the slash escaped',
      request('logging/setLevel', { level: 'info' }).replace('/', '\\/'),
      [[SESSION, 'logLevel', 'info']],
    ],
    [
      'one with letters escaped',
      request('resources/subscribe', { uri: 'a:b' }).replace('subscribe', '\\u0073ubscribe'),
      [[SESSION, 'a:b']],
    ],
    ['nothing of a call that only mentions one', request('tools/call', { name: 'setLevel' }), []],
    ['nothing of an invalid level', request('logging/setLevel', { level: 5 }), []],
    ['nothing of a URI that is too long', request('resources/subscribe', { uri: `a:${'b'.repeat(2_048)}` }), []],
  ])('are %s', async (_what, text, notes) => {
    expect(await noted(buffered(text))).toEqual(notes);
  });

  it('are those that the server has not rejected', async () => {
    const subscribe = (id: string | number) =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'resources/subscribe', params: { uri: `a:${typeof id}${id}` } });
    const batch = buffered(`[${subscribe(1)},${subscribe('1')},${subscribe(2)}]`);
    expect(await noted(batch, [1, 3])).toEqual([
      [SESSION, 'a:string1'],
      [SESSION, 'a:number2'],
    ]);
  });
});

describe('a buffered message', () => {
  it('is unreadable when it was too long to buffer', () => {
    const long = new BufferedMessage(null, null);
    expect([long.rpcIds, long.holdsResponse]).toEqual([[], false]);
  });

  it.each([
    ['a request', request('ping'), [1], false],
    ['an answer', '{"jsonrpc":"2.0","id":1,"result":{}}', [], true],
    ['a batch of both', `[${request('ping')},{"jsonrpc":"2.0","id":7,"result":{}}]`, [1], true],
    ['no JSON', '{', [], false],
  ])('has the ids of the requests that need an answer: %s', (_what, text, rpcIds, holdsResponse) => {
    const { rpcIds: asked, holdsResponse: answers } = buffered(text);
    expect([asked, answers]).toEqual([rpcIds, holdsResponse]);
  });

  it.each([
    ['was never sent', [], false],
    ['was sent', ['sent'], true],
    ['was not accepted', ['sent', 'notAccepted'], false],
    ['was not accepted at first', ['sent', 'notAccepted', 'sent'], true],
    ['was sent, and then not accepted elsewhere', ['sent', 'sent', 'notAccepted'], true],
  ] as const)('knows whether it may have run: one that %s', (_what, events, mayHaveRun) => {
    const call = buffered(request('tools/call'));
    for (const event of events) call[event]();
    expect(call.mayHaveRun).toBe(mayHaveRun);
  });

  it.each([
    ['nothing', '', true],
    ['initialize', request('initialize'), true],
    ['a list', request('tools/list'), true],
    ['a call', request('tools/call'), false],
  ])('knows whether it may run twice: %s', (_what, text, mayRunTwice) => {
    expect(buffered(text).mayRunTwice).toBe(mayRunTwice);
  });
});
