import type { Failure } from '../../runtime.js';

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

const CANNOT = /User "([^"]*)" cannot (\w+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/;

/** Why the API server rejects an object, and what to do. */
export function apiFailure({ status, reason, message }: ApiError): Failure {
  if (status === 404) return { reason: 'NamespaceNotFound', message: `${message}. Create the namespace.` };
  if (status === 422 || status === 400 || message.includes('typed patch object')) {
    return { reason: 'InvalidObject', message: `The cluster rejects the spec: ${message}` };
  }
  if (status === 413)
    return { reason: 'TooLarge', message: 'The spec is larger than the cluster stores; shorten the environment.' };
  return status === 403 ? forbiddenFailure(message) : { reason: reason || 'Refused', message };
}

/** Why the API server forbids a request: a missing right, a quota, or a policy. */
export function forbiddenFailure(message: string): Failure {
  const [, user, verb, resource, group, namespace] = CANNOT.exec(message) ?? [];
  if (verb !== undefined) {
    const what = group === '' ? resource : `${resource}.${group}`;
    const cannot = `${user} may not ${verb} ${what}`;
    // The API server gives the same answer when the Role is missing and when the namespace is missing.
    const missing =
      namespace === undefined
        ? `${cannot}. Add the right to its Role.`
        : `${cannot} in namespace ${namespace}. Create the namespace if it does not exist; otherwise add the right to its Role there.`;
    return { reason: 'PermissionMissing', message: missing };
  }
  if (message.includes('exceeded quota')) {
    return {
      reason: 'QuotaExceeded',
      message: `The quota of the namespace does not allow it: ${message}. Raise the quota, or request less.`,
    };
  }
  if (message.includes('violates PodSecurity')) {
    return { reason: 'PodSecurityViolation', message: `The namespace does not admit the pod: ${message}` };
  }
  return { reason: 'AdmissionDenied', message: `The cluster does not admit it: ${message}` };
}
