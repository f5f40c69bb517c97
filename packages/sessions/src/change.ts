/** What data planes hear of a session. */
export interface SessionChange {
  id: string;
  /** Moved, so many times by now; or closed, for good; or unknown. */
  what: { moves: number } | 'closed' | 'unknown';
}

/** Reads what the scripts say: the id, and after a space `closed` or the number of moves. */
export function readChange(text: string): SessionChange {
  const [id = '', what = ''] = text.split(' ');
  if (what === 'closed') return { id, what };
  return { id, what: /^\d+$/.test(what) ? { moves: Number(what) } : 'unknown' };
}
