import { describe, expect, it } from '@jest/globals';
import { distinctName, exposedNames, type NamedTool } from './exposed-names.js';

const of = (source: string, name: string, prefix = `${source}_`): NamedTool => ({
  source: { kind: 'tool', name: source },
  prefix,
  name,
});
const http = (name: string) => of(name, name, '');
const LONG = 'x'.repeat(70);

describe('exposed names', () => {
  it.each<[what: string, tool: NamedTool, portable: string | RegExp, mcp: string | RegExp]>([
    ['the name of a tool of its own', http('weather'), 'weather', 'weather'],
    ['the default prefix', of('search', 'find'), 'search_find', 'search_find'],
    ['a prefix of its own', of('search', 'find', 's-'), 's-find', 's-find'],
    ['no prefix', of('search', 'find', ''), 'find', 'find'],
    ['a dot', of('files', 'dir.read'), /^files_dir_read_[0-9a-f]{6}$/, 'files_dir.read'],
    ['other characters', of('files', 'a b/ü'), /^files_a_b___[0-9a-f]{6}$/, /^files_a_b___[0-9a-f]{6}$/],
    ['a long name', of('s', LONG), /^s_x{55}_[0-9a-f]{6}$/, `s_${LONG}`],
    ['an empty name', of('s', '', ''), /^_[0-9a-f]{6}$/, /^_[0-9a-f]{6}$/],
  ])('keep the rule: %s', (_what, tool, portable, mcp) => {
    for (const [rule, wanted, shape] of [
      ['portable', portable, /^[A-Za-z0-9_-]{1,64}$/],
      ['mcp', mcp, /^[A-Za-z0-9_.-]{1,128}$/],
    ] as const) {
      const [name = ''] = exposedNames([tool], rule);
      expect(name).toMatch(shape);
      expect(name).toMatch(typeof wanted === 'string' ? new RegExp(`^${wanted.replaceAll('.', '\\.')}$`) : wanted);
    }
  });

  it('tell tools apart whose names look the same once they are altered, or once they are cut', () => {
    const tools = [of('s', 'a.b'), of('s', 'a b'), of('s', 'a_b'), of('s', `${LONG}1`), of('s', `${LONG}2`)];
    const names = exposedNames(tools, 'portable');
    expect(new Set(names).size).toBe(tools.length);
    expect(names[2]).toBe('s_a_b');
  });

  it('are the same whatever the order of the tools is, and whatever else of other names there is', () => {
    const tools = [of('a', 'x', ''), of('b', 'x', ''), of('c', 'y.z'), http('x'), of('d', 'y', 'c_')];
    const names = (list: NamedTool[]) => new Map(exposedNames(list, 'portable').map((name, at) => [list[at], name]));
    const inOrder = names(tools);
    expect(names(tools.toReversed())).toEqual(inOrder);
    expect(exposedNames([tools[2] as NamedTool], 'portable')[0]).toBe(inOrder.get(tools[2]));
  });

  it('give a name that several want to the source that sorts first, and the default prefix to the others', () => {
    expect(exposedNames([of('b', 'find', 'x_'), of('a', 'find', 'x_')], 'portable')).toEqual(['b_find', 'x_find']);
  });

  it('let no source take the name of another by a prefix that imitates it', () => {
    const imitations = [of('aaa', 'find', 'search_'), of('aab', 'weather', '')];
    expect(exposedNames([...imitations, of('search', 'find'), http('weather')], 'portable')).toEqual([
      'aaa_find',
      'aab_weather',
      'search_find',
      'weather',
    ]);
    const adapter = { source: { kind: 'adapter', name: 'weather' }, prefix: '', name: 'weather' } as const;
    expect(exposedNames([adapter, http('weather')], 'portable')).toEqual(['weather_weather', 'weather']);
  });

  it('let no source take the name of one that lists nothing at the moment', () => {
    const imitations = [of('aaa', 'find', 'search_'), of('aab', 'weather', ''), of('aac', 'search.find', '')];
    const names = exposedNames(imitations, 'portable', new Set(['aaa', 'aab', 'aac', 'search', 'weather']));
    expect(names).toEqual(['aaa_find', 'aab_weather', expect.stringMatching(/^aac_search_find_[0-9a-f]{6}$/)]);
  });

  it('of prompts have the characters of the server', () => {
    expect(exposedNames([of('s', 'grüß dich', '')], 'any')).toEqual(['grüß dich']);
  });

  it('are unique also where the default prefix is taken, and the same for what is listed twice', () => {
    const names = exposedNames([of('b', 'find', 'x_'), of('a', 'find', 'x_'), of('a', 'find', 'b_')], 'portable');
    expect(names[1]).toBe(names[2]);
    const many = exposedNames(
      [of('s', 'a b'), of('s', 'a_b_000000'), of('t', 's_find', ''), of('s', 'find')],
      'portable',
    );
    expect(new Set(many).size).toBe(4);
    expect(many[3]).toBe('s_find');
  });

  it('can be told apart within one list', () => {
    const tool = of('search', 'find');
    expect(distinctName('search_find', tool, 'portable')).toMatch(/^search_find_[0-9a-f]{6}$/);
    expect(distinctName('y'.repeat(64), tool, 'portable')).toMatch(/^y{57}_[0-9a-f]{6}$/);
  });
});
