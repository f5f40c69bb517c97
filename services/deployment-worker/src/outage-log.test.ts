import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { outageLog, type OutageLog } from './outage-log.js';

const driver = new Error("\nInvalid `findMany()` invocation:\n\nCan't reach database server at 127.0.0.1:5432");
const unavailable = new GatewayError('UNAVAILABLE', { cause: driver });
class ClientOfflineError extends Error {}

let lines: [level: string, fields: object, text: string][];
let outages: OutageLog;
beforeEach(() => {
  lines = [];
  const warn = (fields: object, text: string) => void lines.push(['warn', fields, text]);
  const info = (text: string) => void lines.push(['info', {}, text]);
  outages = outageLog({ warn, info } as unknown as Logger);
});

describe('an outage', () => {
  it('is logged in one sentence when it begins, and once when it is over', () => {
    for (let round = 0; round < 3; round += 1) outages.failed('resync', unavailable, { name: 'echo' });
    outages.succeeded('resync');
    outages.succeeded('resync');
    expect(lines).toEqual([
      [
        'warn',
        { name: 'echo', reason: "Can't reach database server at 127.0.0.1:5432" },
        'resync failed; it is tried again',
      ],
      ['info', {}, 'resync succeeds again'],
    ]);
    outages.failed('resync', unavailable);
    expect(lines).toHaveLength(3);
  });

  it.each([
    [
      new GatewayError('UNAVAILABLE', { detail: 'the Kubernetes API does not answer' }),
      'the Kubernetes API does not answer',
    ],
    [new ClientOfflineError('The client is offline'), 'The client is offline'],
    [Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }), 'connect ECONNREFUSED ::1:1'],
  ])('is a part that does not answer: %s', (error, reason) => {
    outages.failed('resync', error);
    expect(lines[0]?.[1]).toEqual({ reason });
  });

  it('is logged with its stack when it is none', () => {
    const error = new TypeError('not a function');
    outages.failed('resync', error);
    expect(lines[0]?.[1]).toEqual({ err: error });
  });

  it('of one kind of work says nothing of another', () => {
    outages.failed('resync', unavailable);
    outages.failed('a reconcile', unavailable);
    outages.succeeded('resync');
    expect(lines.map(([, , text]) => text)).toEqual([
      'resync failed; it is tried again',
      'a reconcile failed; it is tried again',
      'resync succeeds again',
    ]);
  });
});
