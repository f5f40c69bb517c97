import { describe, expect, it } from '@jest/globals';
import { invalidRequest } from '../errors/index.js';
import { ToolsetRequest, ToolsetSpec } from './toolset.js';

const toolset = (more: object = {}) => ({ name: 'support', tools: [{ name: 'tickets_*' }], ...more });
function faultOf(body: object): string | undefined {
  const { error } = ToolsetRequest.safeParse(body);
  return error && invalidRequest(error, { within: 'body', schema: ToolsetRequest }).detail;
}

describe('a toolset', () => {
  it('has defaults, and takes names of fields in any case and its own answer', () => {
    const { spec, read } = ToolsetRequest.parse({
      Name: 'support',
      TOOLS: [{ Name: 'search_find', AS: 'find', Source: { Kind: 'tool', NAME: 'search' } }],
      id: 'x',
      generation: 2,
      tenant: 'acme',
    });
    expect(spec).toEqual({
      name: 'support',
      description: '',
      requiredRoles: [],
      tools: [{ name: 'search_find', as: 'find', source: { kind: 'tool', name: 'search' } }],
      names: 'portable',
      search: false,
      icons: [],
      tags: [],
    });
    expect(read).toEqual({ id: 'x', generation: 2 });
    expect(ToolsetSpec.strip().parse({ ...spec, later: true })).toEqual(spec);
  });

  it.each(['a', '*', 'a.b', 'a*b*c', 'x'.repeat(128), 'A-Z_09'])('may select %s', (name) => {
    expect(faultOf(toolset({ tools: [{ name }] }))).toBeUndefined();
  });

  it.each<[fault: string, more: object]>([
    ['#/tools is required', { tools: undefined }],
    ['#/tools must be at most 256 entries', { tools: Array.from({ length: 257 }, () => ({ name: 'a' })) }],
    [
      '#/tools must hold at most 32 patterns; it may name more tools exactly',
      { tools: Array.from({ length: 33 }, () => ({ name: 'a*' })) },
    ],
    ['#/tools/0/name must not be empty', { tools: [{ name: '' }] }],
    ['#/tools/0/name must be at most 128 characters', { tools: [{ name: 'x'.repeat(129) }] }],
    ['#/tools/0/name must be letters, digits, "_", "-" and ".", and in a pattern "*"', { tools: [{ name: 'a/b' }] }],
    [
      '#/tools/0/title must be absent: name is a pattern, which may select several tools',
      { tools: [{ name: '*', title: 'x' }] },
    ],
    [
      '#/tools/0/description must be absent: name is a pattern, which may select several tools',
      { tools: [{ name: '*', description: 'x' }] },
    ],
    [
      '#/tools/0/as must be at most 64 letters, digits, "_" and "-", as the rule "portable" says',
      { tools: [{ name: 'a', as: 'a b' }] },
    ],
    [
      '#/tools/0/as must be at most 128 letters, digits, "_", "-" and ".", as the rule "mcp" says',
      { names: 'mcp', tools: [{ name: 'a', as: 'a/b' }] },
    ],
    [
      '#/tools/1/as is the name of another entry, too; each tool has its own',
      {
        tools: [
          { name: 'a', as: 'x' },
          { name: 'b', as: 'x' },
        ],
      },
    ],
    ['#/tools/0/source/kind must be one of tool', { tools: [{ name: 'a', source: { kind: 'adapter', name: 'b' } }] }],
    ['#/names must be one of portable, mcp', { names: 'any' }],
    ['#/name must not be "all": that is the toolset of all tools, which is served at /mcp', { name: 'all' }],
    ['#/replicaCount is not a known field', { replicaCount: 1 }],
  ])('is refused: %s', (fault, more) => {
    expect(faultOf(toolset(more))).toBe(fault);
  });

  it('may have names with dots under the rule of MCP', () => {
    expect(faultOf(toolset({ names: 'mcp', tools: [{ name: 'a', as: 'a.b' }] }))).toBeUndefined();
  });
});
