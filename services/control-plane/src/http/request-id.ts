import { requestIdOf } from '@mcp-gateway/platform/serving';
import type { Request, RequestHandler } from 'express';

const ids = new WeakMap<Request, string>();

/** Gives the request its id, and names it in the answer. Comes before everything that can answer. */
export const identifyRequest: RequestHandler = (req, res, next) => {
  const id = requestIdOf(req.headers);
  ids.set(req, id);
  res.set('X-Request-Id', id);
  next();
};

/** Undefined before `identifyRequest`. */
export const requestId = (req: Request): string | undefined => ids.get(req);
