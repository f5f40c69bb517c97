import type { SessionId, SessionRecords } from '@mcp-gateway/sessions';
import { messagesOf, type Message, type RequestId } from '@mcp-gateway/protocol';
import type { Posted } from './posted.js';

const MAX_URI_LENGTH = 2_048;
const MAX_LEVEL_LENGTH = 32;

/**
 * Notes what the message asks of the server for the rest of the session: a log level, a subscription. To be called when the
 * server has answered, with the ids of the requests that it has refused. Without Redis it is not noted, and a replay will lack
 * it. Undefined when there is nothing to note.
 */
export function rememberer(
  records: SessionRecords,
  session: SessionId,
  posted: Posted,
): ((refused: ReadonlySet<RequestId>) => Promise<void>) | undefined {
  if (!posted.mayAskForLater) return undefined;
  const notes = messagesOf(posted.message).flatMap((each) => {
    const write = each.kind === 'request' ? noteOf(records, session, each) : undefined;
    return each.kind === 'request' && write ? [{ id: each.id, write }] : [];
  });
  if (notes.length === 0) return undefined;
  return async (refused) => {
    for (const { id, write } of notes) if (!refused.has(id)) await write().catch(() => {});
  };
}

function noteOf(
  records: SessionRecords,
  session: SessionId,
  { method, params: { level, uri } }: Extract<Message, { kind: 'request' }>,
): (() => Promise<unknown>) | undefined {
  switch (method) {
    case 'logging/setLevel':
      return typeof level === 'string' && level.length <= MAX_LEVEL_LENGTH
        ? () => records.set(session, 'logLevel', level)
        : undefined;
    case 'resources/subscribe':
      return isUri(uri) ? () => records.subscribe(session, uri) : undefined;
    case 'resources/unsubscribe':
      return isUri(uri) ? () => records.unsubscribe(session, uri) : undefined;
    default:
      return undefined;
  }
}

const isUri = (uri: unknown): uri is string => typeof uri === 'string' && uri.length <= MAX_URI_LENGTH;
