import { type IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '@mcp-gateway/protocol';

/** What the data plane's server answers with: every head has the headers that were added, and is told of, whatever writes it. */
export class HookedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  addedHeaders: HeaderList = [];
  /**
   * Runs once the head has been written.
   * @param headers of the head, as far as its writer gave them as a list
   */
  onHead: (status: number, headers: HeaderList) => void = () => {};

  override writeHead(status: number, ...rest: unknown[]): this {
    const last: unknown = rest.at(-1);
    const headers = Array.isArray(last) ? (last as string[]) : [];
    if (Array.isArray(last)) rest[rest.length - 1] = [...headers, ...this.addedHeaders];
    else this.#append(this.addedHeaders);
    // Node declares several signatures, none of which takes the arguments of another.
    Reflect.apply(super.writeHead, this, [status, ...rest]);
    this.onHead(status, headers);
    return this;
  }

  #append(headers: HeaderList): void {
    for (let i = 0; i + 1 < headers.length; i += 2) this.appendHeader(headers[i] as string, headers[i + 1] as string);
  }
}
