import { GatewayError } from '@mcp-gateway/common/errors';
import { escapeControls, type Logger } from '@mcp-gateway/platform/logging';
import type { Verifier } from '@mcp-gateway/identity';
import { checkBrowserAccess, type BrowserAccess } from '@mcp-gateway/platform/serving';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import express, { type Express } from 'express';
import { adapterRoutes } from './adapters/routes.js';
import type { AdapterService } from './adapters/service.js';
import { authenticate } from './authenticate.js';
import { openApiDocument } from './openapi/document.js';
import { methodNotAllowed } from './other-methods.js';
import { problemHandler, notFoundHandler } from './problems.js';
import { sessionRoutes } from './sessions/routes.js';
import type { SessionService } from './sessions/service.js';

export interface AppParts {
  adapters: AdapterService;
  logs: LogReader;
  /** How often the gateway checks again whether a caller that follows logs may read them; default: see logs.ts. */
  logCheckMs?: number | undefined;
  sessions: SessionService;
  verifier: Verifier;
  access: BrowserAccess;
  /** Rejects while a request could not be served. */
  isReady: () => Promise<void>;
  log: Logger;
}

/** The management API: health, the OpenAPI document, and one router for each resource. */
export function createApp({ adapters, logs, logCheckMs, sessions, verifier, access, isReady, log }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false); // an ETag here names a generation, not the bytes of an answer
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);

  app.get('/livez', (_req, res) => void res.type('text').send('ok'));
  app.get('/readyz', async (_req, res) => {
    await isReady().catch((cause: unknown) => {
      throw new GatewayError('UNAVAILABLE', { detail: 'the database cannot be reached', cause });
    });
    res.type('text').send('ok');
  });

  app.use((req, res, next) => {
    res.set({ 'Content-Security-Policy': 'sandbox', 'X-Content-Type-Options': 'nosniff' }); // logs are what adapters say
    // A terminal that shows an answer must not act on what others have written into it.
    res.json = (body) => res.type('application/json').send(escapeControls(JSON.stringify(body)));
    checkBrowserAccess(req.headers, access, req.method === 'GET' || req.method === 'HEAD');
    next();
  });
  const document = openApiDocument('.'); // under whatever prefix a proxy serves it
  app
    .route('/openapi.json')
    .get((_req, res) => void res.json(document))
    .all(methodNotAllowed('GET'));
  app.use(
    '/adapters',
    authenticate(verifier),
    adapterRoutes({ adapters, logs, logCheckMs }),
    sessionRoutes({ adapters, sessions }),
  );

  app.use(notFoundHandler);
  app.use(problemHandler(log));
  return app;
}
