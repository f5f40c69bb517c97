import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** Clients that do not ask for the next page are many; those that choke on long lists use a toolset. */
export const PAGE = 1_000;

/**
 * The entries that follow those that a client has, and the cursor for the next ones. A cursor holds the key of the last entry that
 * the client has, so every router understands it, and it stays right when entries come and go.
 * @param list sorted by `key`
 * @throws ProtocolError -32602 for a cursor that is none of ours (MCP 2025-11-25, pagination)
 */
export function pageOf<T extends { key: string }>(
  list: readonly T[],
  cursor: string | undefined,
  size: number,
): { entries: readonly T[]; nextCursor?: string } {
  const start = cursor === undefined ? 0 : firstAfter(list, lastKeyIn(cursor));
  const entries = list.slice(start, start + size);
  const last = entries.at(-1);
  return last && start + size < list.length ? { entries, nextCursor: cursorAfter(last.key) } : { entries };
}

const VERSION = 1;

const cursorAfter = (key: string): string => Buffer.from(JSON.stringify([VERSION, key])).toString('base64url');

function lastKeyIn(cursor: string): string {
  try {
    const [version, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (version === VERSION && typeof key === 'string') return key;
  } catch {
    // not JSON
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not valid: list again without one');
}

function firstAfter(list: readonly { key: string }[], key: string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.key ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
