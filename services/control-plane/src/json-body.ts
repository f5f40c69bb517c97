import { GatewayError } from '@mcp-gateway/common/errors';
import express, { type RequestHandler } from 'express';

const MAX_BODY_BYTES = 1024 * 1024;

/** Reads a JSON body of at most 1 MiB; 415 for anything that does not call itself JSON. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    if (!req.is('application/json')) {
      throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', { detail: 'send Content-Type: application/json' });
    }
    next();
  },
  express.json({ limit: MAX_BODY_BYTES, strict: false }),
];
