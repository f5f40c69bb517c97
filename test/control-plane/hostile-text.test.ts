import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { expectNoHoldUp, hostileTexts } from '../support/event-loop.js';
import { send } from '../support/http.js';
import { caller, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';
import { openApiDocument } from './support/sources.js';

jest.setTimeout(120_000); // on a busy machine

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  items?: Schema;
}
interface Operation {
  tags?: string[];
  parameters?: { name: string; in: string }[];
}

const document = openApiDocument() as unknown as {
  paths: Record<string, Pick<Operation, 'parameters'> & { [method in 'get' | 'post' | 'put' | 'delete']?: Operation }>;
  components: { schemas: Record<string, Schema> };
};

/** Just below the limit of bodies, and of headers in Node. */
const BODY = 1_000_000;
const HEAD = 4_000; // encoded, three times as much
const PIECES = ['a', 'a.', 'a/', '-', '/a', ' ', '0'];

type Build = (text: string) => unknown;

/** Bodies that have a text in place of each string of the document and of each name of a field or variable. */
function places({ $ref, properties, additionalProperties, items, type }: Schema): Build[] {
  if ($ref) return places(document.components.schemas[$ref.split('/').at(-1) as string] as Schema);
  const within = (schema: Schema, wrap: (value: unknown) => unknown) =>
    places(schema).map(
      (build): Build =>
        (text) =>
          wrap(build(text)),
    );
  return [
    ...(type === 'string' ? [(text: string) => text] : []),
    ...(type === 'object' ? [(text: string) => ({ [text]: 'x' })] : []),
    ...(items ? within(items, (value) => [value]) : []),
    ...(additionalProperties ? within(additionalProperties, (value) => ({ A: value })) : []),
    ...Object.entries(properties ?? {}).flatMap(([key, schema]) => within(schema, (value) => ({ [key]: value }))),
  ];
}

let url: string;
let alice: Caller;
beforeEach(async () => {
  ({ url } = await startControlPlane());
  alice = caller(url, 'alice');
});

describe('text that is made to slow down its check', () => {
  // packages/common/src/contracts/hostile-text.test.ts has more kinds of text.
  it('is refused quickly in every field of a body', async () => {
    const builds = places(document.components.schemas['AdapterBody'] as Schema);
    expect(builds.length).toBeGreaterThan(25);
    const text = `${'a.'.repeat(BODY / 2)}!`;
    await expectNoHoldUp(async () => {
      for (const build of builds) {
        const { status } = await alice.post({ ...specOf('echo'), ...(build(text) as object) });
        expect(status).toBe(400);
      }
    });
  });

  const operations = Object.entries(document.paths).flatMap(([path, { parameters: shared = [], ...methods }]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => !tags?.includes('mcp'))
      .map(([method, { parameters = [] }]) => ({
        method: method.toUpperCase(),
        path,
        all: [...shared, ...parameters],
      })),
  );

  it('is answered quickly in every parameter of an operation', async () => {
    for (const { method, path, all } of operations) {
      const texts = all.flatMap(({ name, in: where }) =>
        [...hostileTexts(PIECES, HEAD)].map((text) => ({ name, where, text, encoded: encodeURIComponent(text) })),
      );
      await expectNoHoldUp(() =>
        Promise.all(
          texts.map(async ({ name, where, text, encoded }) => {
            const filled = path.replaceAll(/\{(\w+)\}/g, (_all, key: string) => (key === name ? encoded : 'echo'));
            const query = where === 'query' ? `?${name}=${encoded}` : '';
            const headers = where === 'header' ? { [name]: text } : {};
            const { status } = await send(`${url}${filled}${query}`, { method, headers });
            expect(status).toBeLessThan(500);
          }),
        ),
      );
    }
  });

  it.each(['x-dev-userid', 'x-dev-roles', 'host', 'origin', 'content-type', 'accept', 'if-none-match'])(
    'is answered quickly in the header %s',
    async (name) => {
      await expectNoHoldUp(async () => {
        for (const text of hostileTexts(PIECES, HEAD)) {
          const { status } = await send(`${url}/adapters?unknown=${encodeURIComponent(text)}`, {
            headers: { [name]: text },
          });
          expect(status).toBeLessThan(500);
        }
      });
    },
  );
});

it('cannot control the terminal of another caller', async () => {
  const description = 'a\u001b[2Jb\u009b31mc\u202ed';
  await alice.post(specOf('loud', { description }));
  const answer = await alice.get('/adapters/loud');
  expect(answer.text).toContain(String.raw`a\u001b[2Jb\u009b31mc\u202ed`);
  expect(answer.json).toMatchObject({ description });
  const refused = await alice.post(specOf('louder', { '\u009b31m': 1 }));
  expect(refused.text).toContain(String.raw`#/\u009b31m is not a known field`);
});
