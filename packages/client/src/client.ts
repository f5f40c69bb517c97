import createFetchClient, { type Client } from 'openapi-fetch';
import type { operations as Operations, paths } from './generated/api.js';
import { type Answer, type OperationId, operations, type StreamItem } from './operations.js';
import { type SendOptions, sender } from './send.js';
import { itemsOf } from './streams.js';

export type { Credentials } from './send.js';

export interface GatewayClientOptions extends SendOptions {
  /** The root of the gateway, such as `https://tools.example.com/gateway`; in a browser, also a path of the own origin. */
  url: string;
}

type Place<Parameters, Name extends 'path' | 'query' | 'header'> = Parameters extends { [Key in Name]: infer Value }
  ? { [Key in Name]: Value }
  : Parameters extends { [Key in Name]?: infer Value }
    ? { [Key in Name]?: Value }
    : unknown;

type Body<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Json } } }
  ? { body: Json }
  : unknown;

/** Parameters by their place, the body, and a signal that ends the request. */
export type CallInput<Id extends OperationId> = Place<Operations[Id]['parameters'], 'path'> &
  Place<Operations[Id]['parameters'], 'query'> &
  Place<Operations[Id]['parameters'], 'header'> &
  Body<Operations[Id]> & { signal?: AbortSignal | undefined };

type Arguments<Id extends OperationId> =
  object extends CallInput<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

/** The operations that answer with a page and a cursor for the next. */
type PagedId = {
  [Id in OperationId]: Operations[Id]['parameters'] extends { query?: { cursor?: string } }
    ? Answer<Id> extends readonly unknown[]
      ? Id
      : never
    : never;
}[OperationId];

type Entry<Page> = Page extends readonly (infer Each)[] ? Each : never;

/**
 * The API of a gateway. All methods throw GatewayError for an answer that is an error and ConnectionError for none.
 * Safe requests are sent again a few times first.
 */
export interface GatewayClient {
  /** The root of the gateway, without a slash at its end. */
  readonly url: string;
  /** The answer of an operation: `call('getAdapter', { path: { name: 'echo' } })`. */
  call<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<Answer<Id>>;
  /** The entries of all pages of a list; a page is read when its first entry is asked for. */
  all<Id extends PagedId>(id: Id, ...input: Arguments<Id>): AsyncGenerator<Entry<Answer<Id>>, void>;
  /** The same as one array. */
  list<Id extends PagedId>(id: Id, ...input: Arguments<Id>): Promise<Entry<Answer<Id>>[]>;
  /**
   * What an operation answers bit by bit: lines of a log, records of an export. Starts when the iteration does; leaving the
   * loop ends the request.
   */
  stream<Id extends OperationId>(id: Id, ...input: Arguments<Id>): AsyncGenerator<StreamItem<Id>, void>;
  /** The same operations by method and path, for libraries that are made for openapi-fetch. It throws, too. */
  readonly api: Client<paths>;
}

interface AnyInput {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  header?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

export function createGatewayClient({ url, ...options }: GatewayClientOptions): GatewayClient {
  const baseUrl = url.replace(/\/+$/, '');
  const api = createFetchClient<paths>({ baseUrl, fetch: sender(options) });

  // The types of openapi-fetch follow from paths; those of this function, from operations.
  async function request(id: OperationId, { path, query, header, body, signal }: AnyInput = {}, parseAs?: 'stream') {
    const { method, path: template } = operations[id];
    const send = api.request as (...args: unknown[]) => Promise<{ data?: unknown; response: Response }>;
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
    api,
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
