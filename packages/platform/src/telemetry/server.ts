import { createServer, type Server } from 'node:http';
import { isLoopback } from '../config/index.js';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '../logging/index.js';
import { checkBrowserAccess } from '../serving/index.js';
import type { Metrics } from './metrics.js';

/** Those that scrape are few; each keeps a connection. */
const MAX_CONNECTIONS = 64;
const REQUEST_MS = 10_000;

/**
 * Answers GET and HEAD of /metrics, and nothing else. Requests that arrive while an answer is made share it.
 * @param host that it will listen on: on loopback, no web page gets to read it by a name of its own
 */
export function metricsServer(
  { text, contentType }: Pick<Metrics, 'text' | 'contentType'>,
  { host, log }: { host: string; log: Logger },
): Server {
  const access = { allowedOrigins: [], allowedHosts: [], loopback: isLoopback(host) };
  let underWay: Promise<string> | undefined;
  const shared = () => (underWay ??= text().finally(() => (underWay = undefined)));

  const limits = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: REQUEST_MS };
  const server = createServer(limits, (req, res) => {
    const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
      res
        .writeHead(status, {
          'content-type': 'text/plain; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          ...headers,
        })
        .end(body); // Node leaves it out of the answer to HEAD
    try {
      checkBrowserAccess(req.headers, access, req.method === 'GET' || req.method === 'HEAD');
    } catch (error) {
      return answer(403, `${(error as GatewayError).title}\n`);
    }
    if (req.url?.split('?')[0] !== '/metrics') return answer(404, 'try /metrics\n');
    if (req.method !== 'GET' && req.method !== 'HEAD') return answer(405, 'use GET\n', { allow: 'GET, HEAD' });
    return void shared().then(
      (body) => answer(200, body, { 'content-type': contentType }),
      (error: unknown) => {
        log.warn({ err: error }, 'metrics could not be collected');
        answer(500, 'the metrics could not be collected; the log has the cause\n');
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
