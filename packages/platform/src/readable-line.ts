import { inspect } from 'node:util';

/** Fields that the line begins with, or that say nothing to a person. */
const SHOWN_FIRST = new Set(['level', 'time', 'service', 'msg', 'err']);
const SHOWS_STACKS: ReadonlySet<string> = new Set(['debug', 'trace']);

/** Whether people who watch a terminal at this level want stacks. */
export const showsStacks = (level: string): boolean => SHOWS_STACKS.has(level);

/**
 * A line of the log as a person reads it: `14:15:25 warn data-plane: request refused (status 503): no answer`. It has no colour.
 * The message of an error stands at its end; with stacks, the stack follows on lines of its own.
 * @param line one JSON object, with a line feed at its end
 * @returns the line as it was when it is no such object
 */
export function readableLine(line: string, withStacks: boolean): string {
  const record = parsed(line);
  if (!record) return line;
  const { level, time, service, msg, err } = record;
  const error = typeof err === 'object' && err !== null ? (err as { message?: unknown; stack?: unknown }) : {};
  const fields = Object.entries(record).filter(([name]) => !SHOWN_FIRST.has(name));
  const said = [msg, error.message].filter((each) => typeof each === 'string' && each !== '') as string[];
  const [text = 'no message', ...why] = [...new Set(said)].map(oneLine);
  const shown = fields.map(
    ([name, value]) => `${oneLine(name)} ${valueText(withStacks ? value : withoutStacks(value))}`,
  );
  return [
    `${clock(time)} ${String(level)} ${String(service)}: ${text}`,
    shown.length > 0 ? ` (${shown.join(', ')})` : '',
    ...why.map((each) => `: ${each}`),
    withStacks && typeof error.stack === 'string' ? `\n${error.stack.replaceAll(/^/gm, '    ')}` : '',
    '\n',
  ].join('');
}

/** What a person reads of an error that ends a program: its message and those of its causes, or with stacks all of it. */
export function failureText(error: unknown, withStacks: boolean): string {
  if (withStacks || !(error instanceof Error)) return inspect(error);
  const messages: string[] = [];
  for (let each: unknown = error; each instanceof Error && messages.length < 5; each = each.cause) {
    if (each.message && !messages.some((shown) => shown.includes(each.message))) messages.push(each.message);
  }
  return messages.join(': ') || error.name;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Local time of day; a person at a terminal knows the day. */
const clock = (time: unknown) => {
  const at = new Date(String(time));
  return Number.isNaN(at.getTime()) ? '--:--:--' : at.toTimeString().slice(0, 8);
};

/** A field of a caller must not look like a line of the log. */
const oneLine = (text: string) => text.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();

/** Text without spaces stands as it is, all else as JSON. */
const valueText = (value: unknown) =>
  typeof value === 'string' && /^[^\s",(){}[\]]+$/.test(value) ? value : JSON.stringify(value);

function withoutStacks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutStacks);
  const kept = Object.entries(value).filter(([name]) => name !== 'stack');
  return Object.fromEntries(kept.map(([name, each]: [string, unknown]) => [name, withoutStacks(each)]));
}
