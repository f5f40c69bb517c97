import { GatewayError } from '@mcp-gateway/common/errors';

const RETRY_AFTER_S = '2';

/**
 * SQLSTATE classes (PostgreSQL, appendix A): connection exceptions, a login or database that is not there, out of
 * resources, shut down or timed out by the server, broken disk; and 25006, which is a standby after a fail-over.
 */
const SQLSTATE = /^(08|28|53|57|58|3D000|25006)/;

const REFUSED_LOGIN = /^(28|3D000)/;

/** @prisma/adapter-pg has these for errors of the socket. */
const DRIVER_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TlsConnectionError']);

/** Errors of the operating system; Prisma keeps the code and drops the rest. */
const ERRNO = /^E[A-Z]{3,}/;

/** `pg` has no codes for what goes wrong on its own side of the connection. */
const PG_MESSAGE = /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exce)/;

interface Clues {
  message?: unknown;
  code?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  cause?: unknown;
  /** Of an AggregateError: one for each address of the host. */
  errors?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** Whether the error means that the database cannot be used now, rather than that a statement is wrong. */
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

/** Whether waiting may help: a login that is refused stays refused. */
export function isOutageTemporary(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return isDatabaseUnavailable(error) && !REFUSED_LOGIN.test(String(cause?.code));
}

/** @throws GatewayError UNAVAILABLE when the database is away; its cause, for the log, is what the driver threw. */
export async function queryOrUnavailable<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDatabaseUnavailable(cause)) throw cause;
    throw new GatewayError('UNAVAILABLE', { cause, headers: { 'retry-after': RETRY_AFTER_S } });
  }
}
