import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';

/** What data planes hear of a session. */
export interface SessionChange {
  id: string;
  /** `kind/name` of the resource that the session is of. */
  resource: string;
  /** Moved, so many times by now; or closed, for good; or unknown. */
  what: { moves: number } | 'closed' | 'unknown';
}

/** The beginning of a change; the scripts add `closed` or the number of moves. */
export const changeOf = (id: string, resource: ResourceRef): string => `${id} ${resourceKey(resource)} `;

/** Reads a message: id, `kind/name`, and `closed` or the number of moves, separated by spaces. */
export function readChange(text: string): SessionChange {
  const [id = '', resource = '', what = ''] = text.split(' ');
  if (what === 'closed') return { id, resource, what };
  return { id, resource, what: /^\d+$/.test(what) ? { moves: Number(what) } : 'unknown' };
}
