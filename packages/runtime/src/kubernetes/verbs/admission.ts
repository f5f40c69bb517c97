import type { ResourceKind } from '@mcp-gateway/common/contracts';
import type { KubeObject, Pod } from '../api/types.js';
import { RESOURCE_ID_ANNOTATION } from '../ownership/labels.js';
import { isOwnedBy } from '../ownership/owner.js';
import type { Failure } from '../../runtime.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import type { Workload } from '../../workload.js';
import type { KubernetesSettings } from '../settings/settings.js';

interface Owner {
  gateway: string;
  namespace: string;
  kind: ResourceKind;
  resourceId: string;
}

/** An object of another owner, or of an earlier resource of the same name, has a name that the resource needs. */
export const nameConflict = (
  objectKind: string,
  name: string,
  { kind, namespace }: Pick<Owner, 'kind' | 'namespace'>,
): Failure => ({
  reason: 'NameConflict',
  message: `There is a ${objectKind} ${name} in namespace ${namespace} that is not this ${kind}'s. Remove it, or register the ${kind} under another name.`,
});

/**
 * The conflict that keeps a resource from being applied; null when there is none. The runtime neither overwrites an object of
 * another owner nor hands an object of an earlier resource down to the next one of its name.
 */
export function findConflict({ statefulSet, own, pods }: WorkloadObjects, owner: Owner): Failure | null {
  const { gateway, resourceId } = owner;
  const foreign = own.find(({ object }) => !isOwnedBy(gateway, object, resourceId));
  if (foreign) return nameConflict(foreign.kind, foreign.object.metadata.name, owner);
  // A pod that the StatefulSet of this resource controls belongs to the resource, even when its annotations were edited.
  const orphan = pods.find(
    (pod) =>
      pod.metadata.annotations?.[RESOURCE_ID_ANNOTATION] !== resourceId && !(statefulSet && controls(statefulSet, pod)),
  );
  return orphan ? nameConflict('Pod', orphan.metadata.name, owner) : null;
}

const controls = ({ metadata: { uid } }: KubeObject, { metadata }: Pod): boolean =>
  metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false;

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
