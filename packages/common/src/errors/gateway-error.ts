import type { ResourceKind } from '../contracts/resource.js';
import { errorCatalogue, type ErrorCode } from './catalogue.js';

/** A fault in one place, which either `pointer` or `parameter` names. */
export interface FieldError {
  /** RFC 6901 pointer into the body, as a URI fragment: `#/replicaCount`. */
  pointer?: string;
  /** Name of a query parameter. */
  parameter?: string;
  detail: string;
}

type RpcId = string | number | bigint;

export interface GatewayErrorOptions {
  /** Shown to the client: what is wrong with this request and what to do. Absent: USUAL_DETAIL of the code, if any. */
  detail?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Id of the JSON-RPC request that the error answers, if known; all ids of a batch. */
  rpcId?: RpcId | RpcId[] | undefined;
  /** Why, for the audit record: the rule, the quota or the fault, in words of ours; never a text of a client or a server. */
  reason?: string | undefined;
  /** Goes to the log, never to the client. */
  cause?: unknown;
}

/** The same for an unknown name and for one that the caller may not use, so that it tells no one what exists. */
const USUAL_DETAIL: Partial<Record<ErrorCode, string>> = {
  ADAPTER_NOT_FOUND: 'none has this name, or you may not use it; GET /adapters lists those that you may use',
  API_KEY_NOT_FOUND: 'none has this id, or it is not yours; GET /api-keys lists your keys',
  TENANT_NOT_FOUND: 'none has this id, or you may not see it; GET /tenants lists those that you administer',
  TOOLSET_NOT_FOUND: 'none has this name, or you may not use it; GET /toolsets lists those that you may use',
  TOOL_NOT_FOUND: 'none has this name, or you may not use it; GET /tools lists those that you may use',
};

/** An error of the catalogue. The gateway answers every other thrown value as INTERNAL. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  readonly rpcCode: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;
  readonly rpcId: RpcId | RpcId[] | undefined;
  readonly reason: string | undefined;

  constructor(
    readonly code: ErrorCode,
    { detail: own, errors, headers = {}, rpcId, reason, cause }: GatewayErrorOptions = {},
  ) {
    const { status, rpcCode, title } = errorCatalogue[code];
    const detail = own ?? USUAL_DETAIL[code];
    super(detail ? `${title}: ${detail}` : title, { cause });
    this.status = status;
    this.rpcCode = rpcCode;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.headers = headers;
    this.rpcId = rpcId;
    this.reason = reason;
  }
}

type Options = Omit<GatewayErrorOptions, 'detail'>;

/** Optional members that are undefined must be absent (exactOptionalPropertyTypes). */
const withDetail = (detail: string | undefined, options: Options = {}): GatewayErrorOptions =>
  detail === undefined ? options : { ...options, detail };

/** The error itself when it is in the catalogue; INTERNAL with it as the cause otherwise. */
export const toGatewayError = (thrown: unknown): GatewayError =>
  thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown });

export const notFound = (detail: string): GatewayError => new GatewayError('NOT_FOUND', { detail });

const NOT_FOUND_CODES = {
  adapter: 'ADAPTER_NOT_FOUND',
  tool: 'TOOL_NOT_FOUND',
  toolset: 'TOOLSET_NOT_FOUND',
} as const satisfies Record<ResourceKind, ErrorCode>;

/** The codes of `resourceNotFound`. */
export const RESOURCE_NOT_FOUND: ReadonlySet<ErrorCode> = new Set(Object.values(NOT_FOUND_CODES));

/** Also for callers that may not see the resource: the answer must not reveal whether it exists. */
export const resourceNotFound = (kind: ResourceKind, reason?: string): GatewayError =>
  new GatewayError(NOT_FOUND_CODES[kind], { reason });
export const adapterNotFound = (): GatewayError => resourceNotFound('adapter');

export const sessionNotFound = (detail?: string, cause?: unknown): GatewayError =>
  new GatewayError('SESSION_NOT_FOUND', withDetail(detail, { cause }));

/** A session that cannot move ends with its replica. */
export const replicaOfSessionGone = (cause?: unknown): GatewayError =>
  sessionNotFound('the replica that held it is gone', cause);

export const forbidden = (detail: string, reason?: string): GatewayError =>
  new GatewayError('FORBIDDEN', { detail, reason });

export const methodNotAllowed = (allow: string, detail = `use one of ${allow}`): GatewayError =>
  new GatewayError('METHOD_NOT_ALLOWED', { detail, headers: { allow } });

export const tooLarge = (maxBytes: number): GatewayError =>
  new GatewayError('TOO_LARGE', { detail: `the limit is ${maxBytes} bytes` });

export const unsupportedMediaType = (detail: string): GatewayError =>
  new GatewayError('UNSUPPORTED_MEDIA_TYPE', { detail });

/** A request that is wrong as a whole; `invalidRequest` is for one that fails its schema. */
export const malformedRequest = (detail: string): GatewayError => new GatewayError('INVALID_REQUEST', { detail });

/** @param pointer RFC 6901, as a URI fragment: `#/name` */
export const invalidField = (pointer: string, detail: string): GatewayError =>
  new GatewayError('INVALID_REQUEST', { detail: `${pointer} ${detail}`, errors: [{ pointer, detail }] });

interface RetryOptions {
  /** Sets Retry-After. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

export function unavailable(detail?: string, { retryAfterSeconds, cause }: RetryOptions = {}): GatewayError {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return new GatewayError('UNAVAILABLE', withDetail(detail, { headers, cause }));
}

/** A service that has not read yet what it needs. */
export const gatewayStarting = (): GatewayError =>
  unavailable(
    'the gateway has just started and does not know its MCP servers yet; send the request again in a second. ' +
      'If this lasts for more than a minute, the operator finds the cause at /readyz',
    { retryAfterSeconds: 1 },
  );

export const upstreamInvalid = (detail?: string, cause?: unknown): GatewayError =>
  new GatewayError('UPSTREAM_INVALID', withDetail(detail, { cause }));

/** The request may have run: never repeat it without its client. */
export const upstreamGone = (cause?: unknown, detail?: string): GatewayError =>
  new GatewayError('UPSTREAM_GONE', withDetail(detail, { cause }));

/** The request did not run. */
export const upstreamRefused = (cause?: unknown, detail?: string): GatewayError =>
  new GatewayError('UPSTREAM_REFUSED', withDetail(detail, { cause }));

/** The default branch of an exhaustive switch: a new case in the union fails to compile here. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
