import type { SessionResource } from '@mcp-gateway/common/contracts';
import type { ListedSession } from '@mcp-gateway/sessions';
import { z } from 'zod';

const MAX_NAME = 256;

/** The part of an initialize message that says who the client is. It says what it likes. */
const Initialize = z.object({
  params: z.object({ clientInfo: z.object({ name: z.string(), version: z.string() }) }),
});

/** What is shown of a session. What the server calls it, and what else its client said, is nobody's business. */
export function sessionResource({ id, record, lastUsedAt }: ListedSession): SessionResource {
  const { caller, protocolVersion, endpointId, moves, openedAt, initialize } = record;
  return {
    id,
    caller,
    client: clientOf(initialize),
    protocolVersion,
    endpoint: endpointId,
    moves,
    openedAt: isoTime(openedAt),
    lastUsedAt: isoTime(lastUsedAt),
  };
}

function clientOf(initialize: string | null): SessionResource['client'] {
  if (initialize === null) return null;
  try {
    const { name, version } = Initialize.parse(JSON.parse(initialize)).params.clientInfo;
    return { name: name.slice(0, MAX_NAME), version: version.slice(0, MAX_NAME) };
  } catch {
    return null;
  }
}

const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
