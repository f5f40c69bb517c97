import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Sends the response; resolves when it is sent, or when the client has disconnected. */
export async function send(response: Response, res: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  if (!headers['content-type']?.startsWith('text/event-stream')) {
    const body = Buffer.from(await response.arrayBuffer());
    res.writeHead(response.status, { ...headers, 'content-length': body.length }).end(body);
    return;
  }
  res.writeHead(response.status, headers);
  // Node delays the head until the first byte of the body: a quiet event stream would look hung.
  res.flushHeaders();
  // A client that disconnects cancels the source at once; otherwise its session would refuse the next stream with 409.
  await pipeline(Readable.fromWeb(response.body as NonNullable<typeof response.body>), res).catch(() => {});
}

/** An error that belongs to no single JSON-RPC request, in the SDK's format. */
export function rpcError(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}
