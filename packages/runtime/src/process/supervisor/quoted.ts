import type { Readable } from 'node:stream';

const READ_CHARACTERS = 4_096;
const QUOTED_CHARACTERS = 120;

/** What a body begins with, up to 4,096 characters or to `until`; of one that does not go on, what has come. */
export async function beginningOf(body: Readable, until?: string): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.length >= READ_CHARACTERS || (until !== undefined && text.includes(until))) break;
    }
  } catch {
    // The time is up, or the connection is.
  }
  return text.slice(0, READ_CHARACTERS);
}

/** ` "…"`, on one line, for a message to people; empty when there is nothing to read. Of a page, the status says enough. */
export function quoted(contentType: string | string[] | undefined, text: string): string {
  if (String(contentType).includes('html')) return '';
  const line = text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line === '') return '';
  return ` "${line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)}…` : line}"`;
}
