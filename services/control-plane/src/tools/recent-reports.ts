import { createHash } from 'node:crypto';
import { definitionKey, type RecordedDefinition } from '@mcp-gateway/common/contracts';

/** As long as a tool router may report late what it listed before a change. */
const LATE_MS = 60_000;
const MAX_TOOLS = 1_000;
const MAX_LISTS = 16;

interface RecentReports {
  /**
   * Notes that one list of a tool replaces another. True when the tool has had the new one within the last minute: a tool router
   * reports late what another one has reported before, or then what is so now.
   * @param id of the tool
   */
  isAgain(id: string, before: readonly RecordedDefinition[], after: readonly RecordedDefinition[]): boolean;
}

/** The lists that tools have had within the last minute, as far as this process has recorded them. */
export function recentReports(now: () => Date): RecentReports {
  const tools = new Map<string, Map<string, number>>();
  return {
    isAgain(id, before, after) {
      const time = now().getTime();
      const lists = tools.get(id) ?? new Map<string, number>();
      // A repetition renews nothing, so a server that changes to and fro is news once a minute.
      if (time - (lists.get(digestOf(after)) ?? -Infinity) < LATE_MS) return true;
      tools.delete(id);
      tools.set(id, lists);
      for (const digest of [digestOf(before), digestOf(after)]) {
        lists.delete(digest);
        lists.set(digest, time);
      }
      dropOldest(lists, MAX_LISTS);
      dropOldest(tools, MAX_TOOLS);
      return false;
    },
  };
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

const digestOf = (list: readonly RecordedDefinition[]): string =>
  createHash('sha256')
    .update(JSON.stringify(list.map((each) => `${definitionKey(each)} ${each.hash}`).toSorted()))
    .digest('base64');
