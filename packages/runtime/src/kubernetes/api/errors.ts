/** What the API server answers when it does not do what it is asked: a Status (Kubernetes API conventions, "Response Status Kind"). */
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
 * Whether an answer is about what was asked, and not about a server that cannot answer. What cannot be merged, and what a
 * webhook should have looked at, the server calls its own error.
 */
export const isRejection = ({ status, message }: ApiError): boolean =>
  status === 500 ? /typed patch object|failed calling webhook/.test(message) : status < 500 && status !== 429;

/** From the body of an answer, or the object of a watch event of type ERROR. */
export function apiError(status: number, body: unknown): ApiError {
  const { reason, message, code } = (body ?? {}) as { reason?: string; message?: string; code?: number };
  return new ApiError(code ?? status, reason ?? '', message ?? `the Kubernetes API answered ${status}`);
}
