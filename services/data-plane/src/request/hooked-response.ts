import { type IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '@mcp-gateway/protocol';

/**
 * The response class of the data plane's server: it adds headers to every head and reports the head, from whatever part
 * of the gateway that comes.
 */
export class HookedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  addedHeaders: HeaderList = [];
  /**
   * Runs once the head is written.
   * @param headers of the head, if its writer passed them as a list
   */
  onHead: (status: number, headers: HeaderList) => void = () => {};

  override writeHead(status: number, ...rest: unknown[]): this {
    const last: unknown = rest.at(-1);
    const headers = Array.isArray(last) ? (last as string[]) : [];
    if (Array.isArray(last)) rest[rest.length - 1] = [...headers, ...this.addedHeaders];
    else this.#append(this.addedHeaders);
    // Node declares several signatures, and none accepts the arguments of another.
    Reflect.apply(super.writeHead, this, [status, ...rest]);
    this.onHead(status, headers);
    return this;
  }

  #append(headers: HeaderList): void {
    for (let i = 0; i + 1 < headers.length; i += 2) this.appendHeader(headers[i] as string, headers[i + 1] as string);
  }
}
