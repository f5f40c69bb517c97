import { unavailable } from '@mcp-gateway/common/errors';
import type { Verifier } from '@mcp-gateway/identity';
import { escapeControls, type Logger } from '@mcp-gateway/platform/logging';
import { checkBrowserAccess, CONTAINED, hookedPrototype, type BrowserAccess } from '@mcp-gateway/platform/serving';
import express, { type Express, type RequestHandler } from 'express';
import { refuseTwoSignIns } from './http/origin.js';
import { authenticate, identifyRequest } from './http/request.js';
import { errorsPage } from './errors-page.js';
import { onlyMethods, pathNotFound, problemHandler } from './http/problems.js';
import { openApiDocument } from './openapi/document.js';

export interface AppParts {
  /** By the path of the collection, such as `/adapters`. All of them are behind sign-in. */
  collections: Readonly<Record<string, RequestHandler[]>>;
  /** For services of this gateway, by path. They have a sign-in of their own. */
  internal?: Readonly<Record<string, RequestHandler[]>> | undefined;
  verifier: Verifier;
  access: BrowserAccess;
  /** Rejects while a request could not be served. */
  isReady: () => Promise<void>;
  /** Where clients see the root of the gateway, without a slash at its end; without it, problem documents have relative types. */
  publicUrl?: string | undefined;
  /** Comes first: determines where requests come from. */
  origin?: RequestHandler | undefined;
  /** Records requests for the audit. */
  audit?: RequestHandler | undefined;
  log: Logger;
}

/** The management API: health, the OpenAPI document, the page of errors, and the collections. */
export function createApp({
  collections,
  internal = {},
  verifier,
  access,
  isReady,
  publicUrl,
  origin,
  audit,
  log,
}: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.response = hookedPrototype(express.response, app.response);
  app.set('etag', false); // an ETag here names a generation, not the bytes of an answer
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);

  if (origin) app.use(origin);
  app.use(identifyRequest);
  if (audit) app.use(audit);
  app.get('/livez', (_req, res) => void res.type('text').send('ok'));
  app.get('/readyz', async (_req, res) => {
    await isReady().catch((cause: unknown) => {
      throw unavailable('the database cannot be reached', { cause });
    });
    res.type('text').send('ok');
  });

  app.use(secureAnswers(access), refuseTwoSignIns);
  const document = openApiDocument('.'); // under whatever prefix a proxy serves it
  app
    .route('/openapi.json')
    .get((_req, res) => void res.json(document))
    .all(onlyMethods(['GET']));
  app
    .route('/errors')
    .get(errorsPage)
    .all(onlyMethods(['GET']));
  for (const [path, handlers] of Object.entries(internal)) app.post(path, ...handlers);
  for (const [path, handlers] of Object.entries(collections))
    app.use(path, notStored, authenticate(verifier), ...handlers);

  app.use(pathNotFound);
  app.use(problemHandler({ log, publicUrl }));
  return app;
}

/**
 * Answers are for one caller. A cache keeps those to requests with `Authorization` to itself by default, and not those to
 * requests with an API key in a header of its own (RFC 9111 §3.5).
 */
const notStored: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** Refuses web pages of other sites, and lets no answer act on what shows it: answers contain text of servers and of other callers. */
function secureAnswers(access: BrowserAccess): RequestHandler {
  return (req, res, next) => {
    res.set(CONTAINED);
    // A terminal acts on control characters.
    res.json = (body) => res.type('application/json').send(escapeControls(JSON.stringify(body)));
    checkBrowserAccess(req.headers, access, req.method === 'GET' || req.method === 'HEAD');
    next();
  };
}
