import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request that gets an error of the bridge's own. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    /** JSON-RPC's, or MCP's. */
    readonly code: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

export const sessionNotFound = (): Refusal =>
  new Refusal(404, -32_001, 'The session does not exist or has ended. Start a new one with initialize.');

/** Answers with a JSON-RPC error that belongs to no single request, as servers of the SDK do. */
export function refuse(res: ServerResponse, { status, code, message, headers }: Refusal): void {
  sendJson(res, status, JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }), headers);
}

export function sendJson(
  res: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  if (res.headersSent || res.destroyed) return void res.destroy();
  const body = Buffer.from(text);
  res.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

/** @throws Refusal 413 when the body is longer, 400 when it breaks off */
export async function readAll(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new Refusal(400, -32_700, 'The body of the request broke off.');
  }
  if (size > maxBytes) {
    const why = `The message has more than ${maxBytes} bytes (MCP_BRIDGE_MAX_MESSAGE_BYTES).`;
    throw new Refusal(413, -32_000, why, { connection: 'close' });
  }
  return Buffer.concat(chunks);
}

/** What the client takes as an answer, by its Accept header. */
export interface Accepts {
  json: boolean;
  events: boolean;
}

export function acceptsOf(req: IncomingMessage): Accepts {
  const accept = req.headers.accept ?? '*/*';
  const any = /(^|[,\s])\*\/\*/.test(accept);
  return {
    json: any || /application\/(json|\*)/i.test(accept),
    events: any || /text\/(event-stream|\*)/i.test(accept),
  };
}
