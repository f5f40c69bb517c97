import { StringDecoder } from 'node:string_decoder';

/**
 * Characters that a terminal acts on instead of showing: C0 but tab and the ends of lines, DEL, C1, and the marks that turn the
 * direction of text (Unicode Standard Annex 9 §2) and so make one text look like another.
 */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;

const inHex = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Shows them as `\u001b`, which in JSON means the same. */
export const escapeControls = (text: string): string => text.replace(CONTROLS, inHex);

/** The same for what comes in chunks, wherever they break. Bytes that are not UTF-8 become U+FFFD. */
export async function* escapedControls(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  /** Of the end of a line, perhaps. */
  let held = '';
  for await (const chunk of chunks) {
    const text = held + (typeof chunk === 'string' ? chunk : decoder.write(chunk));
    held = text.endsWith('\r') ? '\r' : '';
    const escaped = escapeControls(held ? text.slice(0, -1) : text);
    if (escaped !== '') yield escaped;
  }
  const rest = escapeControls(held + decoder.end());
  if (rest !== '') yield rest;
}
