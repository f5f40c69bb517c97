import { GatewayError, problemOf } from '@mcp-gateway/common/errors';
import { escapeControls, type Logger } from '@mcp-gateway/platform/logging';
import type { ErrorRequestHandler, RequestHandler } from 'express';

export const notFoundHandler: RequestHandler = (req) => {
  throw new GatewayError('NOT_FOUND', {
    detail: `${req.method} ${req.path} is not part of this API; see /openapi.json`,
  });
};

/** The one place where an error becomes an answer: problem+json (RFC 9457), the cause to the log only. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    if (res.headersSent) return next(thrown); // too late for an answer: cut the connection
    const error = gatewayError(thrown);
    if (error.status >= 500) log.error({ err: thrown, cause: error.cause, path: req.path }, error.message);
    res
      .status(error.status)
      .set(error.headers)
      .type('application/problem+json')
      .send(escapeControls(JSON.stringify(problemOf(error))));
  };
}

function gatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return bodyError(thrown as BodyError) ?? new GatewayError('INTERNAL', { cause: thrown });
}

interface BodyError {
  type?: string;
  status?: number;
  message?: string;
  limit?: number;
}

/** What Express and its body parser throw, told by `type`; their own messages may quote the body. */
function bodyError(thrown: BodyError): GatewayError | undefined {
  switch (thrown.type) {
    case 'entity.parse.failed': {
      const at = /position (\d+)/.exec(thrown.message ?? '')?.[1];
      const where = at === undefined ? '' : ` at character ${at}`;
      return new GatewayError('INVALID_REQUEST', { detail: `the body is not valid JSON${where}` });
    }
    case 'entity.too.large':
      return new GatewayError('TOO_LARGE', { detail: `the limit is ${thrown.limit} bytes` });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new GatewayError('UNSUPPORTED_MEDIA_TYPE', { detail: 'use UTF-8, with gzip, deflate, br or no encoding' });
    case 'request.aborted':
    case 'request.size.invalid':
      return new GatewayError('INVALID_REQUEST', { detail: 'the body ended before its Content-Length' });
    default:
      if (thrown instanceof URIError)
        return new GatewayError('INVALID_REQUEST', { detail: 'the URL is not well encoded' });
      // What zlib throws has no type; the parser gives it the status.
      if (thrown.status === 400)
        return new GatewayError('INVALID_REQUEST', { detail: 'the body cannot be decompressed' });
      return undefined;
  }
}
