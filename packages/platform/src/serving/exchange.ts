import { randomUUID } from 'node:crypto';
import { ServerResponse, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** In which a service of the gateway sends the secrets that prove to another one what it is, with commas between. */
export const INTERNAL_SECRET_HEADER = 'x-mcp-gateway-secret';

/** Ids of other shapes are replaced: logs and headers of other services have to take them. */
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;

/** The id by which the logs of several services speak of one request: the caller's `X-Request-Id` when it is well-formed, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

const doNothing = () => {};

/**
 * A response whose head passes one hook, whatever writes it; for the option `ServerResponse` of a server. Headers are a flat list.
 * Express replaces the prototype of a response: give its `app.response` this one (`hookedPrototype`).
 */
export class HookedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  addedHeaders: readonly string[] = [];
  /**
   * Runs when the head has been written.
   * @param headers of the head, if its writer gave them as a list
   */
  onHead: (status: number, headers: readonly string[]) => void = doNothing;

  override writeHead(status: number, ...rest: unknown[]): this {
    const [phrase, list] = rest;
    if (typeof phrase === 'string' && Array.isArray(list)) {
      super.writeHead(status, phrase, (list as string[]).concat(this.addedHeaders)); // the hot path
      this.onHead(status, list as string[]);
      return this;
    }
    const last = rest.length - 1;
    const headers = Array.isArray(rest[last]) ? (rest[last] as string[]) : [];
    if (headers.length > 0) rest[last] = headers.concat(this.addedHeaders);
    else {
      this.#append(this.addedHeaders);
      this.addedHeaders = []; // a head that Node refuses is followed by another
    }
    // Node declares several signatures, none of which takes the arguments of another.
    Reflect.apply(super.writeHead, this, [status, ...rest]);
    this.onHead(status, headers);
    return this;
  }

  #append(headers: readonly string[]): void {
    for (let i = 0; i + 1 < headers.length; i += 2) this.appendHeader(headers[i] as string, headers[i + 1] as string);
  }
}

/** The prototype for the responses of an Express app: its own and Express's properties, and below them the hook. */
export function hookedPrototype<T extends object>(express: object, app: T): T {
  return Object.create(HookedResponse.prototype, {
    ...Object.getOwnPropertyDescriptors(express),
    ...Object.getOwnPropertyDescriptors(app),
  }) as T;
}
