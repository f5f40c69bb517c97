import { describe, expect, it } from '@jest/globals';
import type { Tool } from '@modelcontextprotocol/server';
import { ToolSearch } from './search.js';

const tool = (name: string, description = '', title?: string): Tool => ({
  name,
  description,
  ...(title !== undefined && { title }),
  inputSchema: { type: 'object' },
});
const search = new ToolSearch([
  tool('tickets_create', 'Opens a new ticket for a customer.'),
  tool('tickets_close', 'Closes a ticket.'),
  tool('weatherForecast', 'Rain and sun for the next days.', 'Forecast'),
  tool('crm_find', 'Looks for customers by name, address or invoice.'),
  tool('wiki_search', 'Searches the handbook. Mentions tickets.'),
  tool('übersetzen', 'Übersetzt Texte ins Französische.'),
]);
const names = (query: string, limit?: number) => search.find(query, limit).tools.map(({ name }) => name);

describe('the search', () => {
  it.each<[query: string, first: string]>([
    ['create ticket', 'tickets_create'],
    ['close a ticket', 'tickets_close'],
    ['weather', 'weatherForecast'],
    ['forecast', 'weatherForecast'],
    ['FORECAST', 'weatherForecast'],
    ['custmer invoice', 'crm_find'],
    ['handb', 'wiki_search'],
    ['französisch', 'übersetzen'],
    ['tickets_close', 'tickets_close'],
  ])('finds for %s first %s', (query, first) => {
    expect(names(query)[0]).toBe(first);
  });

  it('counts a word in a name for more than one in a description', () => {
    expect(names('tickets').at(-1)).toBe('wiki_search');
  });

  it.each(['', '   ', '!?', 'nothing-like-it-zzz', '\0'])('finds nothing for %j', (query) => {
    expect(search.find(query)).toEqual({ tools: [], more: 0 });
  });

  it('keeps the limit, and says how many more there are', () => {
    const { tools, more } = search.find('tickets', 1);
    expect([tools.length, more]).toEqual([1, 2]);
  });

  it('bounds an answer, and what it takes from a definition or a query', () => {
    const heavy = Array.from({ length: 20 }, (_, index) => tool(`heavy_${index}`, `big ${'x'.repeat(30_000)}`));
    const found = new ToolSearch(heavy).find('big', 20);
    expect(found.tools.length).toBeLessThan(4);
    expect(found.tools.length + found.more).toBe(20);
    expect(names('tickets '.repeat(10_000))).toContain('tickets_close');
  });
});
