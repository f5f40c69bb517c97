import {
  GatewayError,
  malformedRequest,
  methodNotAllowed,
  notFound,
  problemOf,
  toGatewayError,
  tooLarge,
  unsupportedMediaType,
} from '@mcp-gateway/common/errors';
import { escapeControls, type Logger } from '@mcp-gateway/platform/logging';
import { noteRefusal, requestId } from './request.js';
import type { ErrorRequestHandler, RequestHandler } from 'express';

export const pathNotFound: RequestHandler = (req) => {
  throw notFound(`${req.method} ${req.path} is not part of this API; see /openapi.json`);
};

/**
 * Answers the methods that a path does not have with 405, and OPTIONS with those that it has (RFC 9110 §9.3.7, §15.5.6).
 * @param postHint what a caller probably wants that sends POST to the resource of this name
 */
export const onlyMethods =
  (methods: readonly string[], postHint?: (name: string) => string): RequestHandler =>
  ({ method, originalUrl, params: { name } }, res) => {
    const allow = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods, 'OPTIONS'].join(', ');
    if (method === 'OPTIONS') return void res.status(204).set('Allow', allow).end();
    const hint = postHint && method === 'POST' && typeof name === 'string' ? `; ${postHint(name)}` : '';
    const path = originalUrl.split('?')[0];
    throw methodNotAllowed(allow, `${method} is not possible on ${path}; use one of ${allow}${hint}`);
  };

export interface ProblemParts {
  log: Logger;
  /** Where clients see the root of the gateway; without it, references to the page of errors are relative. */
  publicUrl?: string | undefined;
}

/** The one place where an error becomes an answer: problem+json (RFC 9457). The cause goes to the log only. */
export function problemHandler({ log, publicUrl }: ProblemParts): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const error = toGatewayError(bodyError(thrown as BodyError) ?? thrown);
    noteRefusal(req, error);
    if (res.headersSent) return next(thrown); // too late for an answer: Express closes the connection
    if (error.status >= 500)
      log.error({ requestId: requestId(req), err: thrown, cause: error.cause, path: req.path }, error.message);
    res
      .status(error.status)
      .set(error.headers)
      .type('application/problem+json')
      .send(escapeControls(JSON.stringify(problemOf(error, { base: publicUrl, requestId: requestId(req) }))));
  };
}

interface BodyError {
  type?: string;
  status?: number;
  message?: string;
  limit?: number;
}

/** Errors of Express and its body parser, distinguished by `type`. Their own messages may quote the body. */
function bodyError(thrown: BodyError): GatewayError | undefined {
  if (thrown instanceof GatewayError) return thrown;
  switch (thrown.type) {
    case 'entity.parse.failed': {
      const at = /position (\d+)/.exec(thrown.message ?? '')?.[1];
      return malformedRequest(`the body is not valid JSON${at === undefined ? '' : ` at character ${at}`}`);
    }
    case 'entity.too.large':
      return tooLarge(Number(thrown.limit));
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return unsupportedMediaType('use UTF-8, with gzip, deflate, br or no encoding');
    case 'request.aborted':
    case 'request.size.invalid':
      return malformedRequest('the body ended before its Content-Length');
    default:
      if (thrown instanceof URIError) return malformedRequest('the URL is not well encoded');
      // An error of zlib has no type; the parser gives it the status.
      return thrown.status === 400 ? malformedRequest('the body cannot be decompressed') : undefined;
  }
}
