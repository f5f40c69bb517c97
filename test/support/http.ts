import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterTest } from './clean-up.js';

export interface SendOptions {
  method?: string;
  /** Added to the headers of alice, who may use the routes of `routeTo`. */
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
}

export interface Answer {
  status: number;
  headers: [string, string][];
  header(name: string): string | undefined;
  body: Buffer;
  text: string;
}

/** One request on a connection of its own, without the additions of a client library. */
export async function send(url: string, options: SendOptions = {}): Promise<Answer> {
  const res = await open(url, options);
  const body = await bodyOf(res);
  return { ...head(res), body, text: body.toString('utf8') };
}

/** The head of the answer; the caller reads the body. */
export async function open(url: string, options: SendOptions = {}): Promise<IncomingMessage> {
  const req = start(url, options);
  req.end(options.body);
  return answerTo(req);
}

export function start(url: string, { method = 'POST', headers = {} }: SendOptions = {}): ClientRequest {
  const req = request(url, { method, agent: false, headers: { 'x-dev-userid': 'alice', ...headers } });
  req.on('error', () => {}); // the promise of the answer rejects with it
  afterTest(() => req.destroy());
  return req;
}

export async function answerTo(req: ClientRequest): Promise<IncomingMessage> {
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.on('error', () => {}); // the reader gets the error
  return res;
}

export function head({ statusCode, rawHeaders, headers }: IncomingMessage) {
  return {
    status: statusCode ?? 0,
    headers: pairs(rawHeaders),
    header: (name: string) => headers[name]?.toString(),
  };
}

export async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Names and values of a flat list. */
export const pairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] as string, raw[2 * i + 1] as string]);
