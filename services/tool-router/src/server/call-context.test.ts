import { expect, it } from '@jest/globals';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from './caller.js';
import { callContextOf } from './call-context.js';

const keyFor = (capabilities: object): string => {
  const envelope = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
  const caller = { principal: { subject: 'alice' }, requestId: 'r' } as Caller;
  return callContextOf({ mcpReq: { envelope } } as unknown as ServerContext, caller, undefined, {}).client.key;
};

it('a modern caller has few sessions at a server, whatever its clients invent', () => {
  const known = keyFor({ elicitation: { form: {} }, sampling: {} });
  expect(keyFor({ sampling: { x: 1 }, experimental: { y: 2 }, elicitation: { form: { z: 3 } } })).toBe(known);
  expect(keyFor({ elicitation: { form: {}, url: {} }, sampling: {} })).not.toBe(known);
  expect(keyFor({})).not.toBe(known);
});
