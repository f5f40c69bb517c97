import { describe, expect, it } from '@jest/globals';
import { isRepeatable, readMessage } from '@mcp-gateway/protocol';
import { afterFailure, type Failure, type NextStep } from './retry-policy.js';

const request = (method: string) => readMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, method }));
const LIST = request('tools/list');
const CALL = request('tools/call');
const OTHER = request('vendor/pay');
const RESPONSE = readMessage('{"jsonrpc":"2.0","id":1,"result":{}}');
const NOTICE = readMessage('{"jsonrpc":"2.0","method":"vendor/notice"}');

const failure: Omit<Failure, 'mayRunTwice'> = {
  asked: LIST,
  mayHaveRun: true,
  isBuffered: true,
  begun: 'no',
  answered: false,
  resumable: false,
  attempt: 1,
};

const cases: [what: string, changes: Partial<Failure>, next: NextStep][] = [
  ['a list', {}, 'repeat'],
  ['a list that cannot have run', { mayHaveRun: false }, 'repeat'],
  ['a list in a stream that has begun', { begun: 'events' }, 'repeat'],
  ['a list that is not here any more', { isBuffered: false }, 'tell'],
  ['a list that is not here any more and cannot have run', { isBuffered: false, mayHaveRun: false }, 'renew'],
  ['a list that has failed three times', { attempt: 3 }, 'repeat'],
  ['a list that has failed often', { attempt: 4 }, 'tell'],
  ['a list whose answer is there', { begun: 'events', answered: true }, 'finish'],
  ['a list of whose JSON a part has gone out', { begun: 'other' }, 'cut'],
  ['a call', { asked: CALL }, 'ask'],
  ['a call that cannot have run', { asked: CALL, mayHaveRun: false }, 'repeat'],
  ['a call of a tool that says that it may run twice', { asked: CALL, mayRunTwice: true }, 'repeat'],
  ['a call that is not here any more', { asked: CALL, isBuffered: false }, 'tell'],
  ['a call that has failed often', { asked: CALL, attempt: 4, mayHaveRun: false }, 'tell'],
  ['a call in a stream that has begun', { asked: CALL, begun: 'events' }, 'ask'],
  ['a call whose answer is there', { asked: CALL, begun: 'events', answered: true }, 'finish'],
  ['a call in a stream that its client can resume', { asked: CALL, begun: 'events', resumable: true }, 'cut'],
  ['something else in such a stream', { asked: OTHER, begun: 'events', resumable: true }, 'cut'],
  ['a list in such a stream', { begun: 'events', resumable: true }, 'repeat'],
  ['a list in such a stream that is not here any more', { begun: 'events', resumable: true, isBuffered: false }, 'cut'],
  [
    'a call in such a stream whose answer is there',
    { asked: CALL, begun: 'events', answered: true, resumable: true },
    'finish',
  ],
  ['something else', { asked: OTHER }, 'tell'],
  ['something else that cannot have run', { asked: OTHER, mayHaveRun: false }, 'repeat'],
  ['a notice', { asked: NOTICE }, 'tell'],
  ['an answer to the server', { asked: RESPONSE }, 'stay'],
  ['an answer to the server that cannot have arrived', { asked: RESPONSE, mayHaveRun: false }, 'stay'],
  ['an answer to the server that has failed often', { asked: RESPONSE, attempt: 4 }, 'tell'],
  ['an answer to the server beside a list', { asked: { kind: 'batch', messages: [LIST, RESPONSE] } }, 'tell'],
  ['what cannot be read', { asked: { kind: 'unreadable' } }, 'tell'],
  ['what cannot be read and cannot have run', { asked: { kind: 'unreadable' }, mayHaveRun: false }, 'repeat'],
];

describe('a request whose server went away', () => {
  it.each(cases)('%s', (_what, changes, next) => {
    const { asked } = { ...failure, ...changes };
    expect(afterFailure({ ...failure, mayRunTwice: isRepeatable(asked), ...changes })).toBe(next);
  });
});
