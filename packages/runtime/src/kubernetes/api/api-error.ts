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

/** From the body of an answer, or the object of a watch event of type ERROR. */
export function apiError(status: number, body: unknown): ApiError {
  const { reason, message, code } = (body ?? {}) as { reason?: string; message?: string; code?: number };
  return new ApiError(code ?? status, reason ?? '', message ?? `the Kubernetes API answered ${status}`);
}
