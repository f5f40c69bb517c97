import { JSONPath } from 'jsonpath-plus';
import { stringify } from 'yaml';
import { usageError } from './exit.js';
import { harmless, paint, oneLine, type Style, type Terminal, write } from './terminal.js';

/** `-o`. */
export type OutputFormat = { kind: 'table' | 'wide' | 'json' | 'yaml' | 'name' } | { kind: 'jsonpath'; path: string };

const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;

/** @throws CliError (usage) */
export function outputFormat(text = 'table'): OutputFormat {
  const kind = FORMATS.find((format) => format === text);
  if (kind) return { kind };
  const [, path] = /^jsonpath=(.+)$/s.exec(text) ?? [];
  if (path === undefined)
    throw usageError(`"${text}" is no output format: use ${FORMATS.join(', ')} or jsonpath=EXPRESSION.`);
  return { kind: 'jsonpath', path: queryOf(path) };
}

/** `{.items[*].name}`, `.name` and `$.name` say the same (kubectl has the first two). */
function queryOf(expression: string): string {
  const bare = expression
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim();
  if (bare.startsWith('$')) return bare;
  return bare.startsWith('.') || bare.startsWith('[') ? `$${bare}` : `$.${bare}`;
}

/** How a resource is shown in a table. */
interface Column<Row> {
  title: string;
  value: (row: Row) => string | number | undefined;
  /** The colour of a value. */
  style?: (row: Row) => Style | undefined;
  /** Only with `-o wide`. */
  wide?: boolean;
}

export interface View<Row> {
  columns: readonly Column<Row>[];
  /** What `-o name` prints, such as `adapter/echo`. */
  name: (row: Row) => string;
  /** Said on standard error when a list is empty. */
  none?: string;
}

/** Prints results in the format that the user has chosen. */
export interface Printer {
  format: OutputFormat;
  /** Several resources; JSON and YAML get a list. */
  list<Row>(rows: readonly Row[], view: View<Row>): Promise<void>;
  /** One resource; JSON and YAML get it alone. */
  one<Row>(row: Row, view: View<Row>): Promise<void>;
  /** Any value, for commands without a table: `text` for people, the value for programs. */
  value(value: unknown, text: string): Promise<void>;
  /** A line for people on standard error, such as what was done. */
  note(text: string): Promise<void>;
}

export function printer(terminal: Terminal, format: OutputFormat, headers: boolean): Printer {
  const out = (text: string) => write(terminal.stdout, text);
  // Programs get every character as it is; a terminal would obey some of them.
  const plain = (text: string) => out(terminal.stdout.isTTY ? harmless(text) : text);
  const rest = async (value: unknown) => plain(rendered(value, format));
  return {
    format,
    async list(rows, view) {
      if (format.kind === 'name') return plain(rows.map((row) => `${view.name(row)}\n`).join(''));
      if (format.kind !== 'table' && format.kind !== 'wide') return rest(rows);
      if (rows.length === 0) return write(terminal.stderr, `${view.none ?? 'None.'}\n`);
      return out(table(rows, view, { terminal, headers, wide: format.kind === 'wide' }));
    },
    async one(row, view) {
      if (format.kind === 'name') return plain(`${view.name(row)}\n`);
      if (format.kind !== 'table' && format.kind !== 'wide') return rest(row);
      return out(table([row], view, { terminal, headers, wide: format.kind === 'wide' }));
    },
    async value(value, text) {
      return format.kind === 'table' || format.kind === 'wide' || format.kind === 'name'
        ? plain(text.endsWith('\n') || text === '' ? text : `${text}\n`)
        : rest(value);
    },
    note: (text) => write(terminal.stderr, `${harmless(text)}\n`),
  };
}

function rendered(value: unknown, format: OutputFormat): string {
  if (format.kind === 'yaml') return stringify(value, { lineWidth: 0 });
  if (format.kind !== 'jsonpath') return `${JSON.stringify(value, null, 2)}\n`;
  let found: unknown[];
  try {
    // `safe` evaluates filters without the JavaScript of the machine.
    found = JSONPath({ path: format.path, json: value as object, eval: 'safe', wrap: true }) ?? [];
  } catch (cause) {
    throw usageError(`The JSONPath ${format.path} is not valid: ${(cause as Error).message}`);
  }
  return found.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('');
}

function table<Row>(
  rows: readonly Row[],
  { columns }: View<Row>,
  { terminal, headers, wide }: { terminal: Terminal; headers: boolean; wide: boolean },
): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const cells = rows.map((row) => shown.map(({ value }) => oneLine(String(value(row) ?? '')) || '-'));
  const widths = shown.map(({ title }, at) =>
    Math.max(headers ? title.length : 0, ...cells.map((line) => (line[at] ?? '').length)),
  );
  fit(widths, terminal.stdout, wide);
  const padded = (text: string, at: number) =>
    at === shown.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - text.length + 2);
  const lines = rows.map((row, line) =>
    shown.map(({ style }, at) => {
      const text = cut(cells[line]?.[at] ?? '', widths[at] ?? 0);
      const colour = style?.(row);
      return (colour ? paint(colour, text, terminal.stdout, terminal) : text) + padded(text, at);
    }),
  );
  const heading = headers
    ? [
        shown.map(({ title }, at) => {
          const text = cut(title, widths[at] ?? 0);
          return paint('bold', text, terminal.stdout, terminal) + padded(text, at);
        }),
      ]
    : [];
  return [...heading, ...lines].map((line) => `${line.join('').trimEnd()}\n`).join('');
}

const MIN_WIDTH = 12;

/** Narrows the widest columns until a line fits a terminal. The first column, the name, and `-o wide` stay whole. */
function fit(widths: number[], { isTTY = false, columns = 0 }: Terminal['stdout'], wide: boolean): void {
  if (!isTTY || columns === 0 || wide) return;
  const total = () => widths.reduce((sum, width) => sum + width + 2, -2);
  for (;;) {
    const widest = Math.max(...widths.slice(1));
    if (total() <= columns || widest <= MIN_WIDTH) return;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** How long ago a time is, in its largest unit: `5m`, `3d`. */
export function age(time: string | undefined, nowMs = Date.now()): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(time ?? '')) / 1000));
  if (Number.isNaN(seconds)) return '';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
