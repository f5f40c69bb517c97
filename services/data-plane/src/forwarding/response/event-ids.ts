import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { SessionLocation } from '../../sessions/location.js';

/**
 * The event-id epoch: the prefix of a session's event ids at the client. It tells every data plane which replica an id
 * comes from: many servers count events, and would accept an id of another server as their own. Empty until the first
 * relocation: until then ids are the server's.
 */
export const eventIdEpoch = ({ id }: Pick<SessionEnvelope, 'id'>, { moves }: Pick<SessionLocation, 'moves'>): string =>
  moves === 0 ? '' : `${id.slice(0, 8)}.${moves}:`;

/** The server's form of an event id of the client; undefined when a server at another location gave it. */
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

/** An `id` line with a value. An empty id resets the client's last id and stays as it is. */
const ID = /([\r\n])(id:(?: |(?! )))(?=[^\r\n])/g;
/** Text that may become an `id` line. */
const BEGINNING = /[\r\n](i|id|id:|id: )$/;

/**
 * Writes the epoch before each id of an event stream, as the stream passes. Holds back up to four bytes until it is
 * clear whether they begin an `id` line.
 */
export class EventIdPrefixer {
  /** The held-back beginning of a line; the end of the line before has been sent. */
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
