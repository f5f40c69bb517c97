import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, invalid, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

const namesIn = ({ json }: Answer): string[] => json.map(({ name }: { name: string }) => name);
const names = (count: number) => Array.from({ length: count }, (_, i) => `adapter-${String(i).padStart(2, '0')}`);

describe('paging through adapters', () => {
  let url: string;
  let alice: Caller;

  beforeEach(async () => {
    ({ url } = await startControlPlane());
    alice = caller(url, 'alice');
  });

  /** Follows the links from the first page to the last. `between` runs after each page. */
  async function pages(
    path: string,
    between: (page: number) => Promise<unknown> = async () => {},
  ): Promise<string[][]> {
    const found: string[][] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Answer = await alice.get(next);
      expect(answer.status).toBe(200);
      found.push(namesIn(answer));
      await between(found.length);
      next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return found;
  }

  async function make(...wanted: string[]) {
    for (const name of wanted) expect((await alice.post(specOf(name))).status).toBe(201);
  }

  it('answers a few adapters in one page without a link', async () => {
    await make(...names(3));
    const answer = await alice.get('/adapters');
    expect(namesIn(answer)).toEqual(names(3));
    expect(answer.headers.get('link')).toBeNull();
    expect((await alice.get('/adapters?limit=3')).headers.get('link')).toBeNull();
  });

  it('answers an empty page when there is no adapter', async () => {
    expect(await pages('/adapters?limit=1')).toEqual([[]]);
  });

  it.each([1, 2, 3, 7, 8])('returns every adapter when a client follows the links, %d at a time', async (limit) => {
    await make(...names(7));
    const found = await pages(`/adapters?limit=${limit}`);
    expect(found.flat()).toEqual(names(7));
    expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    expect(found).toHaveLength(Math.ceil(7 / limit));
  });

  it('gives a link that a client can follow on any host', async () => {
    await make(...names(3));
    const cursor = Buffer.from('adapter-01').toString('base64url');
    const { headers } = await alice.get('/adapters?limit=2');
    expect(headers.get('link')).toBe(`</adapters?limit=2&cursor=${cursor}>; rel="next"`);
  });

  it('neither misses nor repeats an adapter while others come and go', async () => {
    await make(...names(10));
    const found = await pages('/adapters?limit=3', async (page) => {
      if (page === 1) await alice.remove('adapter-02'); // where the next page begins
      if (page === 1) await make('adapter-00a', 'adapter-03a'); // behind and ahead
      if (page === 2) await alice.remove('adapter-09');
    });
    expect(found.flat()).toEqual([...names(4), 'adapter-03a', ...names(9).slice(4)]);
  });

  it('fills pages with adapters that the caller may read, however many others are in between', async () => {
    await make(...names(9));
    for (const name of ['adapter-01', 'adapter-04', 'adapter-08']) {
      await alice.put(name, specOf(name, { requiredRoles: ['mcp.dev'] }));
    }
    const bob = caller(url, 'bob');
    const first = await bob.get('/adapters?limit=2');
    expect(namesIn(first)).toEqual(['adapter-01', 'adapter-04']);
    const [, next = ''] = /^<(.+)>/.exec(first.headers.get('link') ?? '') ?? [];
    const last = await bob.get(next);
    expect(namesIn(last)).toEqual(['adapter-08']);
    expect(last.headers.get('link')).toBeNull();
  });

  const NUMBER = 'must be a whole number, in decimal digits';
  const LINK = 'must be a cursor from a Link header';
  it.each([
    ['limit=0', 'limit', 'must be at least 1'],
    ['limit=-1', 'limit', NUMBER],
    ['limit=', 'limit', NUMBER],
    ['limit=0x2', 'limit', NUMBER],
    ['limit=1e1', 'limit', NUMBER],
    ['limit=%205', 'limit', NUMBER],
    ['limit=1001', 'limit', 'must be at most 1000'],
    ['limit=1.5', 'limit', NUMBER],
    ['limit=all', 'limit', NUMBER],
    ['limit=Infinity', 'limit', NUMBER],
    ['limit=1&limit=2', 'limit', NUMBER],
    ['cursor=', 'cursor', LINK],
    ['cursor=%00', 'cursor', LINK],
    ['cursor=a+b', 'cursor', LINK],
    [`cursor=${Buffer.from("' OR 1=1").toString('base64url')}`, 'cursor', LINK],
    [`cursor=${Buffer.from('a'.repeat(64)).toString('base64url')}`, 'cursor', LINK],
    ['page=2', 'page', 'is not a known parameter; known are limit, cursor, q, tag, phase, sort'],
    ['__proto__=2', '__proto__', 'is not a known parameter; known are limit, cursor, q, tag, phase, sort'],
  ])('answers 400 for ?%s', async (query, field, detail) => {
    const { status, headers, json } = await alice.get(`/adapters?${query}`);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(json).toEqual(invalid({ parameter: field, detail }));
  });
});
