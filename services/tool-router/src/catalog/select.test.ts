import { describe, expect, it } from '@jest/globals';
import type { ToolSelection } from '@mcp-gateway/common/contracts';
import { mayContain, selectTools } from './select.js';

const tool = (key: string, source = key.split('_', 1)[0] ?? '') => ({
  key,
  source: { ref: { kind: 'tool' as const, name: source } },
  original: { name: key.slice(source.length + 1) },
  shown: { name: key, description: `about ${key}` },
});
const TOOLS = [tool('search_find'), tool('search_index'), tool('tickets_close'), tool('tickets_find'), tool('weather')];
const shown = (selections: ToolSelection[]) =>
  selectTools(TOOLS, { tools: selections, names: 'portable' }).map(({ shown: { name, description } }) =>
    description === `about ${name}` ? name : `${name}: ${description}`,
  );
const SEARCH = { kind: 'tool', name: 'search' } as const;

describe('a toolset shows', () => {
  it.each<[what: string, selections: ToolSelection[], shows: string[]]>([
    ['nothing without entries', [], []],
    ['what an entry names', [{ name: 'weather' }, { name: 'search_find' }], ['search_find', 'weather']],
    ['nothing for a name that no tool has', [{ name: 'search' }, { name: 'Weather' }], []],
    ['what matches a pattern', [{ name: 'tickets_*' }], ['tickets_close', 'tickets_find']],
    ['everything', [{ name: '*' }], TOOLS.map(({ key }) => key)],
    ['the tools of one source', [{ name: '*', source: SEARCH }], ['search_find', 'search_index']],
    ['none of another source', [{ name: 'weather', source: SEARCH }], []],
    ['a tool under another name', [{ name: 'weather', as: 'sky' }], ['sky: about weather']],
    ['another description', [{ name: 'weather', description: 'Rain.' }], ['weather: Rain.']],
    [
      'the exact entry of a tool rather than a pattern before it',
      [{ name: '*find' }, { name: 'search_find', as: 'find' }],
      ['find: about search_find', 'tickets_find'],
    ],
    [
      'the first of two entries of one tool',
      [
        { name: 'weather', as: 'sky' },
        { name: 'weather', as: 'clouds' },
      ],
      ['sky: about weather'],
    ],
  ])('%s', (_what, selections, shows) => {
    expect(shown(selections)).toEqual(shows);
  });

  it('two tools under two names, also when one is given the name of the other', () => {
    const names = shown([{ name: '*' }, { name: 'search_find', as: 'weather' }]);
    expect(names[0]).toBe('weather: about search_find');
    expect(names[4]).toMatch(/^weather_[0-9a-f]{6}: about weather$/);
  });

  it('the name in the definition too, and leaves the original as it is', () => {
    const [renamed] = selectTools(TOOLS, { tools: [{ name: 'weather', as: 'sky', title: 'Sky' }], names: 'portable' });
    expect(renamed).toMatchObject({ key: 'sky', shown: { name: 'sky', title: 'Sky' }, original: TOOLS[4]?.original });
  });
});

it.each([
  [[{ name: 'a*' }], true],
  [[{ name: 'a', source: SEARCH }], true],
  [[{ name: 'a', source: { kind: 'tool', name: 'other' } }], false],
  [[], false],
] as [ToolSelection[], boolean][])('a toolset with the entries %j may contain tools of search: %s', (tools, may) => {
  expect(mayContain({ tools }, SEARCH)).toBe(may);
});
