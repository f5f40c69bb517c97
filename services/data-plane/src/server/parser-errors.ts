import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { malformedRequest } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RequestContext } from '../request/context.js';

/** The statuses that Node gives errors of its parser; all others are 400. */
const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid HTTP (RFC 9112).',
  405: 'The gateway opens no tunnels.',
  408: 'The request came too slowly.',
  413: 'The extensions of a chunk are too long.',
  431: 'The header fields are too long.',
};

type Connection = Duplex & { context?: RequestContext | undefined };

export interface ParserErrors {
  /** Call it with each request, so that an error in its body is recorded as its refusal. */
  track(context: RequestContext): void;
}

/**
 * Answers what Node's parser refuses, with an id as for every other request, and records it. Node itself would answer
 * without a trace.
 */
export function answerParserErrors(server: Server, log: Logger | undefined): ParserErrors {
  function refuseConnection(connection: Duplex, status: number, reason: string): void {
    const requestId = randomUUID();
    const { remoteAddress: address } = connection as { remoteAddress?: string };
    log?.debug({ requestId, status, address, code: 'INVALID_REQUEST', detail: reason }, 'request refused');
    const text = `${reason}\n`;
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      `X-Request-Id: ${requestId}`,
      'Content-Type: text/plain',
      `Content-Length: ${text.length}`,
    ];
    connection.write(`${head.join('\r\n')}\r\n\r\n${text}`);
    connection.destroy();
  }

  server.on('clientError', (error: NodeJS.ErrnoException, connection: Connection) => {
    const status = STATUSES[error.code ?? ''] ?? 400;
    const reason = REASONS[status] ?? '';
    const { context } = connection;
    // A client that leaves in the middle of its body is refused nothing.
    const hasLeft = error.code === 'ECONNRESET' || (context && error.code === 'HPE_INVALID_EOF_STATE');
    if (hasLeft || !connection.writable) return void connection.destroy();
    if (!context || context.res.writableFinished) return refuseConnection(connection, status, reason);
    context.refusal ??= malformedRequest(reason);
    if (context.res.headersSent) return void connection.destroy();
    context.res.once('finish', () => connection.destroy());
    context.res.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${reason}\n`);
  });
  server.on('connect', (_req, connection: Duplex) => refuseConnection(connection, 405, REASONS[405] ?? ''));

  return {
    track(context) {
      const connection = context.req.socket as Connection;
      connection.context = context;
      context.defer(() => {
        // An idle connection keeps no request in memory. Not `delete`, after which V8 looks up every property of the socket by hash.
        if (connection.context === context) connection.context = undefined;
      });
    },
  };
}
