import type { Workload } from '../../workload.js';
import type { KubernetesSettings } from '../settings/settings.js';
import type { Failure } from '../../runtime.js';

/** The rule of the operator that the workload breaks; null when it breaks none. */
export function policyViolation(workload: Workload, settings: KubernetesSettings): Failure | null {
  const { imageName, secretEnvironment = {}, useWorkloadIdentity } = workload;
  const { allowedImages, allowedSecrets, workloadIdentityServiceAccount } = settings;
  const begins = (name: string, prefixes: readonly string[]) => prefixes.some((prefix) => name.startsWith(prefix));

  if (allowedImages.length > 0 && !begins(imageName, allowedImages)) {
    const message = `The image ${imageName} is not allowed here. Allowed are names that begin with ${listOf(allowedImages)}.`;
    return { reason: 'ImageNotAllowed', message };
  }
  const [refused] = Object.entries(secretEnvironment).filter(([, { secret }]) => !begins(secret, allowedSecrets));
  if (refused) {
    const [variable, { secret }] = refused;
    const allowed =
      allowedSecrets.length > 0
        ? `Allowed are names that begin with ${listOf(allowedSecrets)}.`
        : 'The operator has allowed none (ALLOWED_SECRETS).';
    return { reason: 'SecretNotAllowed', message: `${variable} may not come from the Secret ${secret}. ${allowed}` };
  }
  if (useWorkloadIdentity && workloadIdentityServiceAccount === undefined) {
    return {
      reason: 'WorkloadIdentityNotConfigured',
      message:
        'useWorkloadIdentity needs a service account, and the operator has configured none (WORKLOAD_IDENTITY_SERVICE_ACCOUNT).',
    };
  }
  return null;
}

const listOf = (prefixes: readonly string[]) => prefixes.map((prefix) => `"${prefix}"`).join(', ');
