import { describe, expect, it } from '@jest/globals';
import { isRepeatable, readMessage } from '@mcp-gateway/protocol';
import { type AttemptFailure, type NextStep, retryPolicy } from './retry-policy.js';

const request = (method: string) => readMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, method }));
const LIST = request('tools/list');
const CALL = request('tools/call');
const OTHER = request('vendor/pay');
const RESPONSE = readMessage('{"jsonrpc":"2.0","id":1,"result":{}}');
const NOTICE = readMessage('{"jsonrpc":"2.0","method":"vendor/notice"}');

const failure: Omit<AttemptFailure, 'mayRunTwice'> = {
  asked: LIST,
  mayHaveRun: true,
  isBuffered: true,
  begun: 'no',
  answered: false,
  resumable: false,
  attempt: 1,
};

const cases: [what: string, changes: Partial<AttemptFailure>, next: NextStep][] = [
  ['a list', {}, 'retry'],
  ['a list that cannot have run', { mayHaveRun: false }, 'retry'],
  ['a list in a stream that has begun', { begun: 'events' }, 'retry'],
  ['a list that is not here any more', { isBuffered: false }, 'fail'],
  ['a list that is not here any more and cannot have run', { isBuffered: false, mayHaveRun: false }, 'relocate-only'],
  ['a list that has failed three times', { attempt: 3 }, 'retry'],
  ['a list that has failed often', { attempt: 4 }, 'fail'],
  ['a list whose answer is there', { begun: 'events', answered: true }, 'finish'],
  ['a list of whose JSON a part has gone out', { begun: 'other' }, 'abort'],
  ['a call', { asked: CALL }, 'check-tool'],
  ['a call that cannot have run', { asked: CALL, mayHaveRun: false }, 'retry'],
  ['a call of a tool that says that it may run twice', { asked: CALL, mayRunTwice: true }, 'retry'],
  ['a call that is not here any more', { asked: CALL, isBuffered: false }, 'fail'],
  ['a call that has failed often', { asked: CALL, attempt: 4, mayHaveRun: false }, 'fail'],
  ['a call in a stream that has begun', { asked: CALL, begun: 'events' }, 'check-tool'],
  ['a call whose answer is there', { asked: CALL, begun: 'events', answered: true }, 'finish'],
  ['a call in a stream that its client can resume', { asked: CALL, begun: 'events', resumable: true }, 'abort'],
  ['something else in such a stream', { asked: OTHER, begun: 'events', resumable: true }, 'abort'],
  ['a list in such a stream', { begun: 'events', resumable: true }, 'retry'],
  [
    'a list in such a stream that is no longer buffered',
    { begun: 'events', resumable: true, isBuffered: false },
    'abort',
  ],
  [
    'a call in such a stream that has its answer',
    { asked: CALL, begun: 'events', answered: true, resumable: true },
    'finish',
  ],
  ['something else', { asked: OTHER }, 'fail'],
  ['something else that cannot have run', { asked: OTHER, mayHaveRun: false }, 'retry'],
  ['a notice', { asked: NOTICE }, 'fail'],
  ['an answer to the server', { asked: RESPONSE }, 'retry-same-replica'],
  ['an answer to the server that cannot have arrived', { asked: RESPONSE, mayHaveRun: false }, 'retry-same-replica'],
  ['an answer to the server that has failed often', { asked: RESPONSE, attempt: 4 }, 'fail'],
  ['an answer to the server beside a list', { asked: { kind: 'batch', messages: [LIST, RESPONSE] } }, 'fail'],
  ['what cannot be read', { asked: { kind: 'unreadable' } }, 'fail'],
  ['what cannot be read and cannot have run', { asked: { kind: 'unreadable' }, mayHaveRun: false }, 'retry'],
];

describe('a request whose server is lost', () => {
  it.each(cases)('%s', (_what, changes, next) => {
    const { asked } = { ...failure, ...changes };
    expect(retryPolicy({ ...failure, mayRunTwice: isRepeatable(asked), ...changes })).toBe(next);
  });
});
