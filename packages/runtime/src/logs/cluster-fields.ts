import { z } from 'zod';

export const Label = (what: string) =>
  z
    .string()
    .max(63, 'must be at most 63 characters')
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
    .describe(what);

/** What every service has to know that speaks to the cluster. */
export const clusterFields = {
  NAMESPACE: Label('the namespace in which adapters run').default('adapter'),
  GATEWAY_NAME: Label('marks what belongs to this gateway').default('mcp-gateway'),
  KUBECONFIG: z.string().optional(),
};
