import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { SessionLocation } from '../../sessions/location.js';

/**
 * What the ids of a session's events begin with at the client, so that an id says which replica has given it, to every data
 * plane: many servers count, and would take an id of another one for theirs. Empty until the session has moved: up to then ids
 * are the server's.
 */
export const eventIdEpoch = ({ id }: Pick<SessionEnvelope, 'id'>, { moves }: Pick<SessionLocation, 'moves'>): string =>
  moves === 0 ? '' : `${id.slice(0, 8)}.${moves}:`;

/** The id that the server at the place has given, from the one that the client has got; undefined when another has given it. */
export function serverEventId(
  envelope: Pick<SessionEnvelope, 'id'>,
  location: Pick<SessionLocation, 'moves'>,
  clientId: string,
): string | undefined {
  const epoch = eventIdEpoch(envelope, location);
  if (epoch !== '') return clientId.startsWith(epoch) ? clientId.slice(epoch.length) : undefined;
  return STAMPED.exec(clientId)?.[1] === envelope.id.slice(0, 8) ? undefined : clientId;
}

const STAMPED = /^([\da-f]{8})\.\d+:/;

/** An id that is not empty, which takes ids back. */
const ID = /([\r\n])(id:(?: |(?! )))(?=[^\r\n])/g;
/** What may be the beginning of one. */
const BEGINNING = /[\r\n](i|id|id:|id: )$/;

/** Puts the stamp before the ids in an event stream, as that comes. Holds up to four bytes back until it is seen what they begin. */
export class EventIdPrefixer {
  /** Of the line that has begun; after the end of the one before, which has gone out. */
  #held = '';
  #isLineStart = true;

  constructor(private readonly epoch: string) {}

  add(chunk: Buffer): Buffer {
    const before = this.#isLineStart ? '\n' : '';
    const text = before + this.#held + chunk.toString('latin1');
    this.#held = BEGINNING.exec(text)?.[1] ?? '';
    const whole = text.slice(0, text.length - this.#held.length);
    this.#isLineStart = /[\r\n]$/.test(whole);
    return Buffer.from(whole.replace(ID, `$1$2${this.epoch}`).slice(before.length), 'latin1');
  }
}
