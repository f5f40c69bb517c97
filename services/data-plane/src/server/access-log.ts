import type { Logger } from '@mcp-gateway/platform/logging';
import type { RequestContext, RequestObserver } from '../request/context.js';

/** One line for each request, when it has ended: at level debug, or warn when the gateway itself failed, or error when it has a fault. */
export function accessLog(log: Logger): RequestObserver {
  return {
    ended(context) {
      const level = levelOf(context);
      if (!log.isLevelEnabled(level)) return;
      const { id, req, address, resource, principal, head, refusal } = context;
      log[level](
        {
          requestId: id,
          method: req.method,
          ...resource,
          status: head?.status,
          ms: head && Math.round(head.afterMs),
          address,
          caller: principal?.subject,
          ...(refusal && { code: refusal.code, detail: refusal.detail, err: refusal.cause }),
        },
        refusal ? 'request refused' : 'request ended',
      );
    },
  };
}

/** A missing replica is debug: the adapter's status reports it, and clients try again. */
function levelOf({ refusal }: RequestContext): 'error' | 'warn' | 'debug' {
  if (!refusal || refusal.status < 500 || refusal.code === 'NO_READY_REPLICA') return 'debug';
  return refusal.code === 'INTERNAL' ? 'error' : 'warn';
}
