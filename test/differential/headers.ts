import * as fc from 'fast-check';

export type Header = [name: string, value: string];

/** The bytes of a header value (RFC 9110 §5.5): visible characters, bytes above ASCII, spaces and tabs between them. */
const wireText = fc
  .string({ unit: fc.constantFrom(...Array.from('aZ09-_=;,"/\\()<>[]{}?@:%&!~\t é\x80ÿ')), maxLength: 40 })
  .map((value) => value.replaceAll(/^[ \t]+|[ \t]+$/g, ''));

const spelled = (name: string) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase());

/** One of the names in any case, with a value of its own. */
export const named = (names: readonly string[], value: fc.Arbitrary<string> = wireText): fc.Arbitrary<Header> =>
  fc.tuple(fc.constantFrom(...names).chain(spelled), value);

/** An unknown header; several may have the same name. */
export const unknown: fc.Arbitrary<Header> = named(['X-A', 'X-Bee', 'Sea', 'x.d-4', 'X_under', "!#$%&'*+-.^_`|~"]);

/** Headers of the connection (RFC 9110 §7.6.1), and other headers that `Connection` names. */
export const ofConnection: fc.Arbitrary<Header[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Header[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('X-Bee', 'x-hop , Sea', 'keep-alive, X-A'), wireText, wireText)
      .map(([listed, one, other]): Header[] => [
        ['Connection', listed],
        ['X-Hop', one],
        ['Sea', other],
      ]),
  },
  { weight: 1, arbitrary: named(['Keep-Alive', 'Proxy-Connection'], fc.constant('timeout=7')).map((each) => [each]) },
);

export const shuffled = (...lists: fc.Arbitrary<readonly Header[]>[]): fc.Arbitrary<Header[]> =>
  fc
    .tuple(...lists)
    .map((all) => all.flat())
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
