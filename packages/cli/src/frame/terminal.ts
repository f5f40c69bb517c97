import { stripVTControlCharacters, styleText } from 'node:util';
import type { Readable, Writable } from 'node:stream';

type Output = Writable & { isTTY?: boolean; columns?: number };

/** Where a command reads and writes. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  /** NO_COLOR (no-color.org): no colours, also on a terminal. */
  noColour?: boolean;
}

export type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim' | 'cyan';

/** Adds a colour if the stream is a terminal that shows colours. */
export function paint(style: Style, text: string, stream: Output, { noColour = false }: Terminal): string {
  return stream.isTTY && !noColour ? styleText(style, text, { validateStream: false }) : text;
}

/** Whether a person is there to answer questions. */
export const isInteractive = ({ stdin, stderr }: Terminal): boolean => Boolean(stdin.isTTY && stderr.isTTY);

/** A text of a server as a terminal may show it: without the control characters with which it could write elsewhere. */
export const harmless = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/** The same on one line, as in a cell of a table. */
export const oneLine = (text: string): string => harmless(text).replaceAll(/\s+/g, ' ').trim();

/** Writes and waits while a pipe is full. Resolves without having written when the reader of the pipe has gone. */
export function write(stream: Output, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write(text, () => resolve());
  });
}
