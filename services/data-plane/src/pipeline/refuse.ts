import type { IncomingMessage } from 'node:http';
import { type ErrorCode, RESOURCE_NOT_FOUND, toGatewayError } from '@mcp-gateway/common/errors';
import { CONTAINED } from '@mcp-gateway/platform/serving';
import { messagesOf, readMessage, type RpcId, rpcErrorBody } from '@mcp-gateway/protocol';
import { bufferBody, MAX_BUFFERED_BYTES } from '../request/buffer-body.js';
import type { RequestContext } from '../request/context.js';

/** Errors of a stream that ends because its caller may not listen any longer. */
const ENDS_STREAMS: ReadonlySet<ErrorCode> = new Set([...RESOURCE_NOT_FOUND, 'SIGN_IN_REQUIRED', 'POLICY_DENIED']);
/** How long a refusal waits for the body, which has the id of the JSON-RPC request. */
const BODY_MS = 1_000;

/**
 * Answers with the error as JSON-RPC, with the id of the JSON-RPC request if the body has one. An answer that has begun
 * is broken off; a stream that its client only listens to is ended.
 */
export async function refuse(context: RequestContext, thrown: unknown): Promise<void> {
  const { id, req, res } = context;
  const error = toGatewayError(thrown);
  context.refusal = error;
  const ids = res.headersSent ? undefined : (error.rpcId ?? (await idsIn(context)));
  if (res.headersSent || res.destroyed) {
    if (ENDS_STREAMS.has(error.code) && req.method === 'GET') res.end();
    else res.destroy();
    return;
  }
  const head = { 'content-type': 'application/json', 'cache-control': 'no-store', ...CONTAINED };
  res.writeHead(error.status, { ...head, ...error.headers });
  res.end(rpcErrorBody(error, id, ids));
}

/** Undefined when the body has no id, is too long or too slow, or has gone to a server. A batch has several ids. */
async function idsIn(context: RequestContext): Promise<RpcId | RpcId[] | undefined> {
  const { req, body } = context;
  const text = body?.read ? body.read.bytes : await readShort(req);
  const message = (context.message ??= readMessage(text?.toString('utf8') ?? ''));
  const ids = messagesOf(message).flatMap((each) => (each.kind === 'request' ? [each.id] : []));
  return message.kind === 'batch' && ids.length > 0 ? ids : ids[0];
}

async function readShort(req: IncomingMessage): Promise<Buffer | null> {
  const length = Number(req.headers['content-length'] ?? MAX_BUFFERED_BYTES);
  const isUntouched = req.readableFlowing === null && !req.readableDidRead;
  // A client that waits for 100 Continue must not send the body of a refused request.
  if (req.method !== 'POST' || !isUntouched || length > MAX_BUFFERED_BYTES || req.headers.expect !== undefined)
    return null;
  let timer: NodeJS.Timeout | undefined;
  const inTime = new Promise<null>((resolve) => (timer = setTimeout(resolve, BODY_MS, null)));
  const whole = bufferBody({ req, maxBytes: MAX_BUFFERED_BYTES, length: undefined }).then(
    ({ bytes }) => bytes,
    () => null,
  );
  return Promise.race([whole, inTime]).finally(() => clearTimeout(timer));
}
