import { auditText, type AuditTrail } from '@mcp-gateway/audit';
import { ResourceName } from '@mcp-gateway/common/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { judgedOf, knownPrincipal, refusalOf, requestId } from '../http/request.js';
import { auditedAction, managementAction } from './action.js';

/**
 * Records each change that is requested of the API, each failed sign-in and each refusal, when the request has ended.
 * @param patterns paths of the API, such as `/adapters/{name}`
 */
export function auditRequests(trail: AuditTrail, patterns: readonly string[]): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    const sentBefore = req.socket.bytesWritten;
    res.once('close', () => {
      const refusal = refusalOf(req);
      const found = managementAction(patterns, req.method, req.originalUrl.split('?')[0] ?? '');
      const action = auditedAction(found, refusal);
      if (action === undefined) return;
      const { remoteAddress } = req.socket;
      const judged = judgedOf(req);
      trail.record(
        auditText('control-plane', {
          action,
          status: res.headersSent ? res.statusCode : undefined,
          refusal,
          rule: judged?.rule,
          principal: knownPrincipal(req),
          resource: found?.resource ?? createdResource(found?.action, req, res),
          resourceTenant: judged?.tenant,
          arguments: judged?.what,
          // It is left on a request only if it is true.
          address: req.get('x-forwarded-for') ?? remoteAddress,
          via: remoteAddress,
          headers: req.headers,
          responseBytes: req.socket.bytesWritten - sentBefore,
          durationMs: performance.now() - began,
          requestId: requestId(req),
        }),
      );
    });
    next();
  };
}

/** The resource that a POST created, or would have: by the URL of the answer, or the name in the body. */
function createdResource(action: string | undefined, req: Request, res: Response) {
  const [kind = '', verb] = action?.split('.') ?? [];
  if (verb !== 'create') return undefined;
  const located = res.get('location')?.split('/').at(-1);
  const { data: name } = ResourceName.safeParse(located ?? (req.body as { name?: unknown } | undefined)?.name);
  return name === undefined ? undefined : { kind, name };
}
