import { expect, it } from '@jest/globals';
import { isExpansion } from './forward-request.js';
import { knownMeta, knownParams } from './known-members.js';

it.each<[fits: boolean, template: string, uri: string]>([
  [true, 'note://any/{name}', 'note://any/two'],
  [true, 'file:///{+path}', 'file:///a/b'],
  [true, 'search://x{?q,page}', 'search://x?q=a&page=2'],
  [false, 'note://any/{name}', 'note://other/two'],
  [false, 'note://{name}/end', 'note://a/other'],
])('%s: %s has the URI %s', (fits, template, uri) => expect(isExpansion(template, uri)).toBe(fits));

it('a template that could divide a URI in many ways takes little time', () => {
  const begin = performance.now();
  expect(isExpansion(`x:${'{+a}'.repeat(2_000)}!`, `x:${'a'.repeat(8_000)}`)).toBe(false);
  expect(isExpansion(`x:${'{+a}a'.repeat(1_600)}!`, `x:${'a'.repeat(8_000)}`)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(5_000); // it would take years
});

it.each<[method: Parameters<typeof knownParams>[0], given: object, known: object]>([
  ['resources/read', { uri: 'a', URI: 'b', Uri: 'b', 'ur\u0131': 'c' }, { uri: 'a' }],
  ['prompts/get', { name: 'a', Name: 'b', arguments: { Name: 'c' } }, { name: 'a', arguments: { Name: 'c' } }],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'a', Name: 'b' }, REF: {}, argument: { name: 'n', value: 'v', Value: 'w' } },
    { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'n', value: 'v' } },
  ],
  ['resources/subscribe', { uri: 'a', _meta: { x: 1 }, _Meta: { x: 2 } }, { uri: 'a', _meta: { x: 1 } }],
])('%s forwards the members that it has: %j', (method, given, known) =>
  expect(knownParams(method, given as Record<string, unknown>)).toEqual(known),
);

it('_meta has no member that looks like one of MCP', () => {
  const mine = { progressToken: 1, traceparent: 't', 'example.com/x': 2 };
  const others = { ProgressToken: 2, 'progre\u017f\u017fToken': 3, 'IO.modelcontextprotocol/protocolVersion': '1' };
  expect(knownMeta({ ...mine, ...others })).toEqual(mine);
  expect(knownMeta('text')).toBeUndefined();
});
