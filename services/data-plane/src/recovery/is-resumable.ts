import type { AnswerPart } from './answer-part.js';
import { askForSession } from './ask-for-session.js';
import { stillThere, type Carried, type CarryParts } from './carried.js';
import type { Settled } from './recover.js';

/**
 * Whether the client can go on by itself where the stream of its answer has broken off (MCP 2025-11-25, transports,
 * resumability and redelivery): it has the id of an event, and its server is there still and knows the session. A server that
 * has just died is in the routes for a while, so it is asked.
 */
export async function isResumable(
  parts: CarryParts,
  carried: Carried,
  { at, part, error }: { at: Settled; part: AnswerPart; error: unknown },
): Promise<boolean> {
  if (part.resumeAfter === undefined) return false;
  const endpoint = await stillThere(parts, carried, at, error).catch(() => undefined);
  if (!endpoint || endpoint.draining) return false;
  return (await askForSession(parts, carried, at)) === 'known';
}
