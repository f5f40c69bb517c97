import { type Message, messagesOf, readEvents, readMessage, type RpcId } from '@mcp-gateway/protocol';
import type { SessionId, SessionRecords } from '@mcp-gateway/sessions';
import type { BufferedMessage } from './buffered-message.js';

/**
 * The text, when it is an initialize message and nothing else; else null. A relocation replays this text, so it must
 * contain nothing that acts.
 */
export function initializeMessage(text: string | null): string | null {
  if (text === null) return null;
  const message = readMessage(text);
  return message.kind === 'request' && message.method === 'initialize' ? text : null;
}

/** The version in the answer to initialize (MCP 2025-11-25, lifecycle, version negotiation); null when it cannot be read. */
export function negotiatedVersion(text: string, isEvents: boolean): string | null {
  const texts = isEvents ? readEvents(text).events.map(({ data }) => data) : [text];
  for (const each of texts) {
    const version = versionIn(each);
    if (version !== null) return version;
  }
  return null;
}

function versionIn(text: string): string | null {
  try {
    const { result } = JSON.parse(text) as { result?: { protocolVersion?: unknown } };
    return typeof result?.protocolVersion === 'string' ? result.protocolVersion : null;
  } catch {
    return null;
  }
}

const MAX_URI_LENGTH = 2_048;
const MAX_LEVEL_LENGTH = 32;

/**
 * Records what the message sets for the rest of the session: a log level, a subscription. Call it when the server has
 * answered, with the ids of the requests that the server rejected. Nothing is recorded while Redis is unavailable, and
 * a later replay lacks these settings. Undefined when there is nothing to record.
 */
export function settingsRecorder(
  records: SessionRecords,
  session: SessionId,
  buffered: BufferedMessage,
): ((refused: ReadonlySet<RpcId>) => Promise<void>) | undefined {
  if (!buffered.mayChangeSettings) return undefined;
  const notes = messagesOf(buffered.message).flatMap((each) => {
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

/**
 * The requests that the answer rejects. An answer that cannot be parsed, because it is compressed or incomplete,
 * rejects none.
 */
export function rejectedRpcIds(text: string, isEvents: boolean): Set<RpcId> {
  const texts = isEvents ? readEvents(text).events.map(({ data }) => data) : [text];
  return new Set(texts.flatMap(rejectedIn));
}

function rejectedIn(text: string): RpcId[] {
  try {
    const messages = [JSON.parse(text)].flat() as ({ id?: RpcId; error?: unknown } | null)[];
    return messages.flatMap((each) => (each?.error !== undefined && each.id !== undefined ? [each.id] : []));
  } catch {
    return [];
  }
}
