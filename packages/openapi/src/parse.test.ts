import { describe, expect, it } from '@jest/globals';
import { parseDocument } from './parse.js';

describe('the text of an OpenAPI document', () => {
  it.each<[what: string, text: string]>([
    ['JSON', '{"openapi": "3.1.1", "info": {"version": "1.0"}}'],
    ['JSON behind a byte order mark', '\uFEFF {"openapi": "3.1.1", "info": {"version": "1.0"}}'],
    ['YAML', 'openapi: 3.1.1\ninfo:\n  version: "1.0"\n'],
    ['YAML with an alias', 'openapi: &a 3.1.1\ninfo: {version: "1.0"}\n'],
  ])('may be %s', (_what, text) => {
    expect(parseDocument(text)).toEqual({ openapi: '3.1.1', info: { version: '1.0' } });
  });

  const doubled = Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n');
  it.each<[what: string, text: string, message: RegExp]>([
    ['that is broken JSON', '{"secret": ', /^is not valid JSON$/],
    ['that is broken YAML', 'a: secret\n b: [', /^is not valid YAML.*line \d/],
    ['that is a list', '- secret', /must be an object/],
    ['that is a word', 'secret', /must be an object/],
    ['with many aliases', `a: &a x\n${'- *a\n'.repeat(3)}`, /is not valid YAML/],
    ['with more aliases than it may have', `a: &a x\nb:\n${'  - *a\n'.repeat(101)}`, /more than 100 aliases/],
    ['whose aliases multiply', `a0: &a0 x\n${doubled}`, /aliases that multiply/],
    ['whose alias names itself', 'a: &a [*a]', /name themselves/],
    ['that is nested deeply in YAML', `a: ${'['.repeat(5_000)}`, /is not valid YAML/],
    ['that is nested deeply in JSON', `{"a": ${'['.repeat(100)}${']'.repeat(100)}}`, /must not be nested that deeply/],
    ['with a tag of a program', 'a: !!js/function "secret"', /is not valid YAML/],
    ['with an infinite number', 'a: .inf', /too large for JSON/],
    ['that is too long for YAML', `a: ${'x'.repeat(4 * 1_048_576)}`, /send it as JSON/],
  ])('is refused: one %s', (_what, text, message) => {
    expect(() => parseDocument(text)).toThrow(message);
    expect(() => parseDocument(text)).not.toThrow(/secret/);
  });

  it('never touches the prototype of objects', () => {
    const parsed = parseDocument('__proto__: {polluted: true}\na: 1');
    expect([Object.getPrototypeOf(parsed), ({} as { polluted?: true }).polluted]).toEqual([Object.prototype, undefined]);
  });
});
