import type { SessionRecords } from '@mcp-gateway/common/sessions';
import { messagesOf } from '@mcp-gateway/protocol';
import type { Posted } from './posted.js';

const MAX_URI_LENGTH = 2_048;
const MAX_LEVEL_LENGTH = 32;

/**
 * Notes what the message asks of the server for the rest of the session: a log level, a subscription. The server has taken it;
 * the client hears of that only after it has been noted. Without Redis it is not, and a replay will lack it. Undefined when
 * there is nothing to note.
 */
export function rememberer(
  records: SessionRecords,
  session: string,
  posted: Posted,
): (() => Promise<void>) | undefined {
  if (!posted.mayAskForLater) return undefined;
  const notes = messagesOf(posted.message).flatMap((each): (() => Promise<unknown>)[] => {
    if (each.kind !== 'request') return [];
    const { level, uri } = each.params;
    switch (each.method) {
      case 'logging/setLevel':
        return typeof level === 'string' && level.length <= MAX_LEVEL_LENGTH
          ? [() => records.note(session, 'logLevel', level)]
          : [];
      case 'resources/subscribe':
        return isUri(uri) ? [() => records.subscribe(session, uri)] : [];
      case 'resources/unsubscribe':
        return isUri(uri) ? [() => records.unsubscribe(session, uri)] : [];
      default:
        return [];
    }
  });
  if (notes.length === 0) return undefined;
  return async () => {
    for (const note of notes) await note().catch(() => {});
  };
}

const isUri = (uri: unknown): uri is string => typeof uri === 'string' && uri.length <= MAX_URI_LENGTH;
