import type { Check } from './report.js';

/** Details that differ between any two runs, and through a gateway its URL and its session ids. */
const INCIDENTAL: [pattern: RegExp, instead: string][] = [
  [/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'time'],
  [/\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT/g, 'time'],
  [/"v1\.[\w.-]+"/g, '"request state"'],
  [/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\w-]{150,}|session-\d+/g, 'id'],
  [/("io\.modelcontextprotocol\/subscriptionId"|"subscriptionId"):\d+/g, '$1:0'],
  [/(127\.0\.0\.1|localhost):\d+/g, 'host'],
  [/\/adapters\/[^/"]+\/mcp/g, '/mcp'],
];

/** The headers of a connection, headers that identify the caller, and durations. */
const LEFT_OUT = /^(connection|keep-alive|transfer-encoding|x-mcp-(userid|username|roles)|actualDelayMs)$/;

/** The check as text that is equal for equal results. */
export function comparable({ id, name, status, errorMessage = '', details = {} }: Check): string {
  const { body, ...rest } = details;
  // A gateway on loopback refuses foreign hosts itself, with its own message.
  const compared = rest['hostHeader'] !== undefined && rest['statusCode'] === 403 ? rest : { ...rest, body };
  const text = `${id} (${name}) ${status} ${errorMessage} ${JSON.stringify(compared, sorted)}`;
  return INCIDENTAL.reduce((shorter, [pattern, instead]) => shorter.replaceAll(pattern, instead), text);
}

/** Headers may come in any order. */
function sorted(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !LEFT_OUT.test(name));
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
