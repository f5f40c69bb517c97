import type { IncomingMessage, ServerResponse } from 'node:http';
import { malformedRequest, tooLarge } from '@mcp-gateway/common/errors';

/** A request of MCP, read once for all that serve it. */
export interface ReadRequest {
  /** Without the body, once that is parsed. It aborts when the client leaves before it has the answer. */
  request: Request;
  /** Undefined when there is no JSON: the SDK then reads the body of `request`, and says what is wrong. */
  parsedBody: unknown;
}

/** @throws GatewayError for a body that is too large, and for a URL or headers that are none */
export async function readRequest(
  req: IncomingMessage,
  res: ServerResponse,
  maxBodyBytes: number,
): Promise<ReadRequest> {
  const gone = new AbortController();
  // A client cancels a modern request this way. To abort takes its time, so it is done for these only.
  res.once('close', () => res.writableFinished || gone.abort());
  const text = await textOf(req, maxBodyBytes);
  const parsedBody = parsed(text);
  try {
    const request = new Request(`http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
      method: req.method ?? 'GET',
      headers: headersOf(req),
      signal: gone.signal,
      ...(parsedBody === undefined && text !== '' && { body: text }),
    });
    return { request, parsedBody };
  } catch {
    throw malformedRequest('the request cannot be read');
  }
}

async function textOf(req: IncomingMessage, maxBytes: number): Promise<string> {
  if (req.method === 'GET' || req.method === 'HEAD') return '';
  if (Number(req.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return headers;
}
