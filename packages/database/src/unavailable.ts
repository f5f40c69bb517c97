import { GatewayError } from '@mcp-gateway/common/errors';

const RETRY_AFTER_S = '2';

/**
 * SQLSTATE classes (PostgreSQL, appendix A): connection exceptions, an unknown login or database, too few resources, a shutdown or
 * timeout of the server, a broken disk; and 25006, the answer of a standby after a fail-over.
 */
const SQLSTATE = /^(08|28|53|57|58|3D000|25006)/;

const REFUSED_LOGIN = /^(28|3D000)/;

/** The kinds that @prisma/adapter-pg gives to socket errors. */
const DRIVER_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TlsConnectionError']);

/** Errors of the operating system. Prisma keeps only the code. */
const ERRNO = /^E[A-Z]{3,}/;

/** `pg` gives no code to errors on its own side of the connection. */
const PG_MESSAGE = /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exce)/;

interface Clues {
  message?: unknown;
  code?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  cause?: unknown;
  /** The errors of an AggregateError, one for each address of the host. */
  errors?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** Whether the database cannot be used now, as opposed to a statement that is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { message, code, originalCode, kind, cause, errors, meta } = error as Clues;
  return (
    ERRNO.test(String(code)) ||
    SQLSTATE.test(String(originalCode ?? code)) ||
    DRIVER_KINDS.has(String(kind)) ||
    PG_MESSAGE.test(String(message)) ||
    isDatabaseUnavailable(meta?.driverAdapterError) ||
    isDatabaseUnavailable(cause) ||
    (Array.isArray(errors) && errors.some(isDatabaseUnavailable))
  );
}

/** Whether waiting may help. It does not help against a refused login. */
export function isOutageTemporary(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return isDatabaseUnavailable(error) && !REFUSED_LOGIN.test(String(cause?.code));
}

/** @throws GatewayError UNAVAILABLE when the database is unavailable; its cause, for the log, is the error of the driver */
export async function queryOrUnavailable<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // An error of the gateway comes from what runs within a transaction; its code may look like one of the system.
    if (cause instanceof GatewayError || !isDatabaseUnavailable(cause)) throw cause;
    throw new GatewayError('UNAVAILABLE', { cause, headers: { 'retry-after': RETRY_AFTER_S } });
  }
}
