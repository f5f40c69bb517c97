import { z } from 'zod';

/** Why a caller may or may not act on a resource. */
export const PermissionExplanation = z
  .strictObject({
    principal: z
      .strictObject({
        subject: z.string().meta({ description: 'Subject of the caller.' }),
        roles: z.array(z.string()).meta({ description: 'Roles that the answer assumes.' }),
      })
      .meta({ description: 'The caller that the answer is about.' }),
    resource: z.string().meta({ description: 'Kind and name of the resource.' }),
    action: z.enum(['read', 'write']).meta({ description: 'What the caller wants to do.' }),
    allowed: z.boolean().meta({ description: 'Whether the permission rule permits it.' }),
    rule: z.enum(['creator', 'required-role', 'tenant-admin', 'admin', 'out-of-scope', 'none']).meta({
      description: 'The rule that decides; `none` when no rule permits it.',
    }),
    reason: z.string().meta({ description: 'The rule in words.' }),
    policies: z.array(z.string()).meta({
      description: 'Names of the policies that narrow how the caller may use the resource.',
    }),
  })
  .meta({ id: 'PermissionExplanation' });
export type PermissionExplanation = z.infer<typeof PermissionExplanation>;
