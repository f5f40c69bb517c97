import { type GatewayError, invalidRequest, unsupportedMediaType } from '@mcp-gateway/common/errors';
import type { Rule } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Verifier } from '@mcp-gateway/identity';
import { requestIdOf } from '@mcp-gateway/platform/serving';
import express, { type Request, type RequestHandler } from 'express';
import { z } from 'zod';

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

const principals = new WeakMap<Request, Principal>();

/** Signs the caller in. Handlers behind it get the caller from `principalOf`. */
export function authenticate(verifier: Verifier): RequestHandler {
  return async (req, _res, next) => {
    principals.set(req, await verifier({ headers: req.headers, address: req.socket.remoteAddress }));
    next();
  };
}

/** Undefined for a caller that is not signed in. */
export const knownPrincipal = (req: Request): Principal | undefined => principals.get(req);

const refusals = new WeakMap<Request, GatewayError>();

/** Keeps the error that a request was answered with, for the audit. */
export const noteRefusal = (req: Request, error: GatewayError): void => void refusals.set(req, error);

export const refusalOf = (req: Request): GatewayError | undefined => refusals.get(req);

export function principalOf(req: Request): Principal {
  const principal = principals.get(req);
  if (!principal) throw new Error(`${req.path} is served without authenticate()`);
  return principal;
}

/** What the audit says about the decision on a request. Services fill it in, as far as they come. */
interface Judged {
  /** The rule that permitted the request. */
  rule?: Rule | undefined;
  /** The tenant that the resource belongs to. */
  tenant?: string | undefined;
  /** What the body changes, as JSON, where the URL does not say it. */
  what?: string | undefined;
}

const judged = new WeakMap<Request, Judged>();

/** Undefined for requests that no service has seen. */
export const judgedOf = (req: Request): Judged | undefined => judged.get(req);

/** The caller of a request, the id of the request for the log, and where services say how they decided. */
export interface Requester {
  principal: Principal;
  requestId: string | undefined;
  judged: Judged;
}

export function requesterOf(req: Request): Requester {
  const verdict = judged.get(req) ?? {};
  judged.set(req, verdict);
  return { principal: principalOf(req), requestId: requestId(req), judged: verdict };
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Reads a JSON body of at most 1 MiB; 415 for a body that does not call itself JSON. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    if (!req.is('application/json')) throw unsupportedMediaType('send Content-Type: application/json');
    next();
  },
  express.json({ limit: MAX_BODY_BYTES, strict: false }),
];

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export const parseQuery = <T>(schema: z.ZodType<T>, query: unknown): T => parse(schema, query, 'query');

/** @throws GatewayError INVALID_REQUEST that names each bad field */
export const parseBody = <T>(schema: z.ZodType<T>, body: unknown): T => parse(schema, body, 'body');

function parse<T>(schema: z.ZodType<T>, value: unknown, within: 'body' | 'query'): T {
  const { data, error } = schema.safeParse(value);
  if (error) throw invalidRequest(error, { within, schema });
  return data;
}

const DIGITS = 'must be a whole number, in decimal digits';

/** A number in a query. Coercion would read an empty text as 0, and 0x2 and 1e1 as JavaScript does. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string(DIGITS)
    .regex(/^\d+$/, DIGITS)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
    .meta(documentedAs({ type: 'integer', minimum: min, maximum: max }));

/** The schema of a parameter in the OpenAPI document. Our schema parses text, and a client sends what the text stands for. */
export const documentedAs = (schema: object) => ({
  pattern: undefined,
  format: undefined,
  contentEncoding: undefined,
  ...schema,
});
