import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';

export interface OutageLog {
  failed(what: string, error: unknown, fields?: object): void;
  succeeded(what: string): void;
}

/** Work that is tried again and again: one line when it begins to fail, one when it succeeds again, and none in between. */
export function outageLog(log: Logger): OutageLog {
  const failing = new Set<string>();
  return {
    failed(what, error, fields = {}) {
      if (failing.has(what)) return;
      failing.add(what);
      const why = isOutage(error) ? { reason: reasonOf(error) } : { err: error };
      log.warn({ ...fields, ...why }, `${what} failed; it is tried again`);
    },
    succeeded(what) {
      if (failing.delete(what)) log.info(`${what} succeeds again`);
    },
  };
}

/** Names of the errors that the Redis client throws while it has no connection. */
const WITHOUT_REDIS =
  /^(ClientOffline|ClientClosed|SocketClosedUnexpectedly|SocketTimeout|ConnectionTimeout|DisconnectsClient)Error$/;

/** A part does not answer: no stack says more. */
const isOutage = (error: unknown): error is Error =>
  error instanceof Error &&
  ((error instanceof GatewayError && error.code === 'UNAVAILABLE') ||
    WITHOUT_REDIS.test(error.constructor.name) ||
    /^E[A-Z]{3,}$/.test(String((error as { code?: unknown }).code)));

/** The message of the innermost cause; of several lines, the last one. */
function reasonOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error) return reasonOf(cause);
  const detail = error instanceof GatewayError ? error.detail : undefined;
  return detail ?? error.message.trim().split('\n').at(-1) ?? error.name;
}
