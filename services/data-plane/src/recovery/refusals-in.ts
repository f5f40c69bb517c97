import { readEvents, type RequestId } from '@mcp-gateway/protocol';

/** Which requests the answer says an error to. What cannot be read, because it is compressed or only its end is here, says none. */
export function refusalsIn(text: string, isEvents: boolean): Set<RequestId> {
  const texts = isEvents ? readEvents(text).events.map(({ data }) => data) : [text];
  return new Set(texts.flatMap(refused));
}

function refused(text: string): RequestId[] {
  try {
    const messages = [JSON.parse(text)].flat() as ({ id?: RequestId; error?: unknown } | null)[];
    return messages.flatMap((each) => (each?.error !== undefined && each.id !== undefined ? [each.id] : []));
  } catch {
    return [];
  }
}
