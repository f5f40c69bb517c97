import { isNativeError } from 'node:util/types';
import { StringDecoder } from 'node:string_decoder';
import { pino, stdSerializers, type Logger } from 'pino';
import { failureText, readableLine, showsStacks } from './readable-line.js';

export type { Logger };

/**
 * Lines on standard error, so that standard output stays free for what a command prints for people: sentences on a terminal, with
 * stacks from level `debug` on, and JSON elsewhere. Text of a client in them cannot control the terminal.
 */
export function createLogger(service: string, level: string): Logger {
  const withStacks = showsStacks(level);
  const forPeople = (line: string) => escapeControls(readableLine(line, withStacks));
  return pino(
    {
      level,
      base: { service },
      formatters: { level: (label) => ({ level: label }), log: redact },
      redact: secretPaths,
      serializers: { err: (error: unknown) => error }, // redacted and serialized already
      hooks: { streamWrite: process.stderr.isTTY ? forPeople : escapeControls },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    // Without a minimum, `flush` would not wait for what is being written.
    pino.destination({ fd: 2, sync: false, minLength: 1 }),
  );
}

/** What a program writes on standard error that ends because of an error: a sentence on a terminal below level `debug`. */
export const endingText = (error: unknown, level = 'info'): string =>
  escapeControls(failureText(error, !process.stderr.isTTY || showsStacks(level)));

/** Bytes of lines that may wait for whoever reads them. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Writes lines to a file descriptor without waiting for its reader. `write` returns false when so many wait that this
 * one is dropped. A terminal acts on nothing in them.
 */
export function lineWriter(fd: number): { write(line: string): boolean } {
  let isDropped = false;
  const destination = pino.destination({ fd, sync: false, minLength: 1, maxLength: MAX_WAITING_BYTES });
  destination.on('drop', () => (isDropped = true));
  destination.on('error', () => (isDropped = true)); // a reader that has gone
  return {
    write(line) {
      isDropped = false;
      destination.write(escapeControls(line));
      return !isDropped;
    },
  };
}

/** Header and field names, in lower case, whose values never reach a log. */
const SECRETS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'mcp-session-id',
  'x-gateway-secret',
  'x-api-key',
  'x-mcp-identity-token',
  'subjecttoken',
  'password',
  'environment',
  'environmentvariables',
]);

/** For pino's `redact`: what a child logger is made with does not come by the function below. */
const secretPaths: string[] = [...SECRETS, 'environmentVariables'].map((name) => `["${name}"]`);

const REDACTED = '[Redacted]';
/** Also ends what refers to itself. */
const MAX_DEPTH = 10;

/** A copy for the log, without the values of what is secret by its name, however deep and in whatever case. */
export function redact(fields: object): Record<string, unknown> {
  return redactEntries(fields, 0);
}

function redactEntries(object: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      SECRETS.has(name.toLowerCase()) ? REDACTED : redactValue(value, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (depth > MAX_DEPTH) return '[Too deep]';
  if (Array.isArray(value)) return value.map((each) => redactValue(each, depth + 1));
  return redactEntries(isNativeError(value) ? errorFields(value) : value, depth);
}

/**
 * The fields of errors that a log shows. Libraries put what they were handed into others: the claims of a token (jose), the bytes
 * of a server (undici), the values of a statement (pg).
 */
const ERROR_FIELDS = new Set([
  'type',
  'message',
  'stack',
  'name',
  'code',
  'cause',
  'aggregateErrors',
  'errno',
  'syscall',
  'address',
  'port',
  'hostname',
  'status',
  'statusCode',
  'reason',
  'claim',
  'kind',
  'severity',
  'table',
  'constraint',
]);

const errorFields = (error: Error): object => shownFields(stdSerializers.err(error));

/** Of an error that is serialized already, with those in it. */
function shownFields(error: object): object {
  const shown = Object.entries(error).filter(([name]) => ERROR_FIELDS.has(name));
  return Object.fromEntries(shown.map(([name, value]: [string, unknown]) => [name, shownIn(value)]));
}

function shownIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownIn);
  return typeof value === 'object' && value !== null ? shownFields(value) : value;
}

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
