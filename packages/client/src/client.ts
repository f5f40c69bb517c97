import createFetchClient from 'openapi-fetch';
import type { Calls, PagedId } from './generated/calls.js';
import { type OperationId, operations } from './operations.js';
import { type SendOptions, sender } from './send.js';
import { itemsOf } from './streams.js';

export type { Credentials } from './send.js';

export interface GatewayClientOptions extends SendOptions {
  /** The root of the gateway, such as `https://tools.example.com/gateway`; in a browser, also a path of the own origin. */
  url: string;
}

/**
 * The API of a gateway. All methods throw GatewayError for an answer that is an error and ConnectionError for none.
 * Safe requests are sent again a few times first.
 */
export interface GatewayClient {
  /** The root of the gateway, without a slash at its end. */
  readonly url: string;
  /** The answer of an operation: `call('getAdapter', { path: { name: 'echo' } })`. */
  call<Id extends OperationId>(id: Id, ...input: Calls[Id]['args']): Promise<Calls[Id]['answer']>;
  /** The entries of all pages of a list; a page is read when its first entry is asked for. */
  all<Id extends PagedId>(id: Id, ...input: Calls[Id]['args']): AsyncGenerator<Calls[Id]['entry'], void>;
  /** The same as one array. */
  list<Id extends PagedId>(id: Id, ...input: Calls[Id]['args']): Promise<Calls[Id]['entry'][]>;
  /**
   * What an operation answers bit by bit: lines of a log, records of an export. Starts when the iteration does; leaving the
   * loop ends the request.
   */
  stream<Id extends OperationId>(id: Id, ...input: Calls[Id]['args']): AsyncGenerator<Calls[Id]['item'], void>;
}

type Send = (method: string, path: string, init: object) => Promise<{ data?: unknown; response: Response }>;

interface AnyInput {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  header?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

export function createGatewayClient({ url, ...options }: GatewayClientOptions): GatewayClient {
  const baseUrl = url.replace(/\/+$/, '');
  // Types follow from operations here, so openapi-fetch gets none: its types of all paths at once take linters minutes.
  const { request: send } = createFetchClient({ baseUrl, fetch: sender(options) }) as unknown as { request: Send };

  async function request(id: OperationId, { path, query, header, body, signal }: AnyInput = {}, parseAs?: 'stream') {
    const { method, path: template } = operations[id];
    return send(method, template, {
      params: { path, query, header },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      parseAs: parseAs ?? (operations[id].type === 'application/json' ? 'json' : 'text'),
    });
  }

  async function* all(id: OperationId, input: AnyInput = {}): AsyncGenerator<unknown, void> {
    for (let cursor = input.query?.['cursor']; ;) {
      const query = { ...input.query, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await request(id, { ...input, query });
      yield* data as unknown[];
      const next = nextCursor(response.headers.get('link'));
      if (next === undefined || next === cursor) return;
      cursor = next;
    }
  }

  async function* stream(id: OperationId, input?: AnyInput): AsyncGenerator<unknown, void> {
    const { response, data } = await request(id, input, 'stream');
    yield* itemsOf(new Response(data as ReadableStream | null, { headers: response.headers }));
  }

  return {
    url: baseUrl,
    call: async (id: OperationId, input?: AnyInput) => (await request(id, input)).data,
    all,
    async list(id: OperationId, input?: AnyInput) {
      const entries: unknown[] = [];
      for await (const entry of all(id, input)) entries.push(entry);
      return entries;
    },
    stream,
  } as unknown as GatewayClient;
}

/** RFC 8288: the cursor in `<…?cursor=…>; rel="next"`. */
function nextCursor(link: string | null): string | undefined {
  const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '') ?? [];
  return target === undefined ? undefined : (new URL(target, 'http://gateway').searchParams.get('cursor') ?? undefined);
}
