import { describe, expect, it } from '@jest/globals';
import { eventIdEpoch, EventIdPrefixer, serverEventId } from './event-ids.js';

const SESSION = { id: '0a1b2c3d-0000-4000-8000-000000000000' };
const OTHER = { id: 'ffffffff-0000-4000-8000-000000000000' };
const at = (moves: number) => ({ moves });

describe('an event id', () => {
  it.each([
    ['of the first replica', 0, '3', '3'],
    ['of the first replica, at the next one', 1, '3', undefined],
    ['of the second replica', 1, '0a1b2c3d.1:3', '3'],
    ['of the second replica, at the third one', 2, '0a1b2c3d.1:3', undefined],
    ['of the tenth replica, at the second one', 1, '0a1b2c3d.10:3', undefined],
    ['of a later replica, at the first one, when the relocation is unknown', 0, '0a1b2c3d.1:3', undefined],
    ['of a server that is a gateway itself and has written its own epoch', 0, '99999999.1:3', '99999999.1:3'],
    ['of such a server, after a relocation', 2, '0a1b2c3d.2:99999999.1:3', '99999999.1:3'],
    ['that begins with a space', 1, '0a1b2c3d.1: 3', ' 3'],
  ])('%s', (_what, moves, clientId, serverId) => {
    expect(serverEventId(SESSION, at(moves), clientId)).toBe(serverId);
  });

  it('is the same after a round trip, and belongs to no other session', () => {
    const clientId = `${eventIdEpoch(SESSION, at(4))}abc`;
    expect(serverEventId(SESSION, at(4), clientId)).toBe('abc');
    expect(serverEventId(OTHER, at(4), clientId)).toBeUndefined();
  });
});

describe('the ids in an event stream', () => {
  it.each([
    ['id: 1\ndata: a\n\nid: 2\n\n', 'id: S:1\ndata: a\n\nid: S:2\n\n'],
    ['event: message\r\nid:1\r\ndata: a\r\n\r\n', 'event: message\r\nid:S:1\r\ndata: a\r\n\r\n'],
    ['data: a\rid:  1\r\r', 'data: a\rid: S: 1\r\r'],
    ['id: 1\n\nid:\n\nid: \n\nid\n\n', 'id: S:1\n\nid:\n\nid: \n\nid\n\n'],
    ['idea: 1\nids: 2\n id: 3\n: id: 4\ndata: id: 5\nid : 6\n\n', undefined],
    ['data: Zürich 日本\nid: ü\n\n', 'data: Zürich 日本\nid: S:ü\n\n'],
    ['retry: 1\nid: 7', 'retry: 1\nid: S:7'],
    [': keep-alive\n\n', undefined],
  ])('get the epoch, and nothing else does: %j', (text, stamped = text) => {
    const bytes = Buffer.from(text);
    for (const length of [1, 2, 3, 4, 5, 4_000]) {
      const prefixer = new EventIdPrefixer('S:');
      const out: Buffer[] = [];
      for (let from = 0; from < bytes.length; from += length)
        out.push(prefixer.add(bytes.subarray(from, from + length)));
      expect(Buffer.concat(out).toString()).toBe(stamped);
    }
  });

  it('hold back only text that may become an id', () => {
    const prefixer = new EventIdPrefixer('S:');
    const given = ['data: a\n\ni', 'd', ': ', '1', 'x\n', '\n', 'i', 't: 1'];
    expect(given.map((each) => prefixer.add(Buffer.from(each)).toString())).toEqual([
      'data: a\n\n',
      '',
      '',
      'id: S:1',
      'x\n',
      '\n',
      '',
      'it: 1',
    ]);
  });
});
