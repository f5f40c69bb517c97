import { catalogue, type ErrorCode } from './catalogue.js';

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
  /** Shown to the client: what is wrong with this request and what to do. */
  detail?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Id of the JSON-RPC request that the error answers, if known; all ids of a batch. */
  rpcId?: RpcId | RpcId[] | undefined;
  /** Goes to the log, never to the client. */
  cause?: unknown;
}

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

  constructor(
    readonly code: ErrorCode,
    { detail, errors, headers = {}, rpcId, cause }: GatewayErrorOptions = {},
  ) {
    const { status, rpcCode, title } = catalogue[code];
    super(detail ? `${title}: ${detail}` : title, { cause });
    this.status = status;
    this.rpcCode = rpcCode;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.headers = headers;
    this.rpcId = rpcId;
  }
}
