import { createHash } from 'node:crypto';
import { AdapterSpec, ResourceKind, SecretEnvironment } from '@mcp-gateway/common/contracts';
import { z } from 'zod';

/** The desired state of one resource. The worker derives it from a row; a runtime does not know rows. */
export const Workload = z.object({
  kind: ResourceKind,
  name: z.string(),
  /** Distinguishes a resource from an earlier one of the same name, so that no process is handed down. */
  resourceId: z.string(),
  imageName: z.string(),
  imageVersion: z.string(),
  environment: z.record(z.string(), z.string()),
  /** Variables whose values the runtime reads from its secrets. */
  secretEnvironment: SecretEnvironment.optional(),
  useWorkloadIdentity: z.boolean().optional(),
  replicas: z.int(),
  port: z.int(),
  path: z.string(),
  healthPath: z.string(),
  /** Absent: GET on the path, or an open port when the path does not exist. */
  healthType: AdapterSpec.shape.healthCheck.unwrap().shape.type,
  /** The server speaks TLS on its port. */
  tls: z.boolean().optional(),
  resources: AdapterSpec.shape.resources,
});
export type Workload = z.infer<typeof Workload>;

/** A short hash of everything but the number of replicas. Replicas of another revision have to be replaced. */
export function revisionOf({ replicas: _, environment, secretEnvironment, ...template }: Workload): string {
  const secrets = secretEnvironment && sorted(secretEnvironment).map(([name, { secret, key }]) => [name, secret, key]);
  return createHash('sha256')
    .update(JSON.stringify([sorted(template), sorted(environment), ...(secrets ? [secrets] : [])]))
    .digest('hex')
    .slice(0, 10);
}

/** A workload with its revision, which the worker computes once for each run. */
export const DesiredWorkload = z.object({ workload: Workload, revision: z.string() });
export type DesiredWorkload = z.infer<typeof DesiredWorkload>;

export const desiredWorkload = (workload: Workload): DesiredWorkload => ({ workload, revision: revisionOf(workload) });

const sorted = (object: object) => Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
