import { errorTable } from './generated/errors.js';

/**
 * `code` of a problem document (docs/errors.md). `UNKNOWN` is an answer that is no problem document: another program, such as
 * a proxy before the gateway, gave it. A newer gateway may have codes that this client does not know.
 */
export type GatewayErrorCode = keyof typeof errorTable | 'UNKNOWN';

/** A fault in one place of a request. */
export interface FieldError {
  /** RFC 6901 pointer into the body, as a URI fragment: `#/replicaCount`. */
  pointer?: string;
  /** Name of a query parameter. */
  parameter?: string;
  detail: string;
}

export interface GatewayErrorFields {
  code: GatewayErrorCode;
  status: number;
  title: string;
  detail?: string | undefined;
  errors?: FieldError[] | undefined;
  requestId?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

/** An answer of the API that is an error: a problem document (RFC 9457) with the code of the error catalogue. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly status: number;
  readonly title: string;
  /** What is wrong with this request, and what to do. */
  readonly detail: string | undefined;
  /** Each bad field of the body or parameter of the query; at most 50. */
  readonly errors: FieldError[];
  /** As in `X-Request-Id` and in the logs of the gateway. */
  readonly requestId: string | undefined;
  /** From Retry-After. */
  readonly retryAfterSeconds: number | undefined;
  /** What the catalogue says to do about errors of this code, in terms of the HTTP API. */
  readonly remedy: string | undefined;

  constructor({ code, status, title, detail, errors = [], requestId, retryAfterSeconds }: GatewayErrorFields) {
    super(detail ? `${title}: ${detail}` : title);
    this.code = code;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.remedy = code in errorTable ? errorTable[code as keyof typeof errorTable].remedy : undefined;
  }
}

/** No answer, or only a part of one. Whether the gateway has acted on the request is unknown. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  /** @param reason `interrupted`: the answer began and broke off */
  constructor(
    readonly reason: 'unreachable' | 'timeout' | 'interrupted',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The start of an answer that is no problem document, for the message of its error. */
const MAX_EXCERPT_CHARS = 200;

/** @returns the error that an answer with a status of 400 or more is. Reads its body. */
export async function errorOf(response: Response, nowMs = Date.now()): Promise<GatewayError> {
  const text = await response.text().catch(() => '');
  const problem = problemIn(text);
  const common = {
    status: response.status,
    requestId: problem?.requestId ?? response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: secondsOf(response.headers.get('retry-after'), nowMs),
  };
  if (problem) return new GatewayError({ ...problem, ...common });
  const excerpt = text
    .replaceAll(/<[^>]*>|\s+/g, ' ')
    .trim()
    .slice(0, MAX_EXCERPT_CHARS);
  const title = `The server answered ${response.status}, and not as an MCP Gateway answers`;
  return new GatewayError({ code: 'UNKNOWN', title, ...(excerpt && { detail: excerpt }), ...common });
}

interface ProblemDocument {
  code: GatewayErrorCode;
  title: string;
  detail?: string;
  errors?: FieldError[];
  requestId?: string;
}

function problemIn(text: string): ProblemDocument | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { code, title } = (body ?? {}) as Record<string, unknown>;
  return typeof code === 'string' && typeof title === 'string' ? (body as ProblemDocument) : undefined;
}

/**
 * RFC 9110 §10.2.3.
 * @returns seconds, 0 for a date that has passed; undefined without the header or when it is neither a number nor a date
 */
function secondsOf(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
