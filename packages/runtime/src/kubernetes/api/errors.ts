/** An error answer of the API server: a Status (Kubernetes API conventions, "Response Status Kind"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    /** One CamelCase word, such as Forbidden. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Whether the server rejects this request, as opposed to being unable to answer. The server reports an object that it cannot merge
 * and a webhook that does not answer with status 500; both are rejections.
 */
export const isRejection = ({ status, message }: ApiError): boolean =>
  status === 500 ? /typed patch object|failed calling webhook/.test(message) : status < 500 && status !== 429;

/** Reads the Status from the body of an answer, or from the object of a watch event of type ERROR. */
export function apiError(status: number, body: unknown): ApiError {
  const { reason, message, code } = (body ?? {}) as { reason?: string; message?: string; code?: number };
  return new ApiError(code ?? status, reason ?? '', message ?? `the Kubernetes API answered ${status}`);
}
