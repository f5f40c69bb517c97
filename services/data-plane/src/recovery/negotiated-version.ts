import { readEvents } from '@mcp-gateway/protocol';

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
