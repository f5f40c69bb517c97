import { z } from 'zod';

const PolicyFinding = z.strictObject({
  name: z.string().meta({ description: 'Name of the policy.' }),
  effect: z
    .enum(['allow', 'deny'])
    .meta({ description: 'Whether it permits or refuses what its expression is true for.' }),
  result: z.enum(['true', 'false', 'failed', 'not-applicable', 'unknown']).meta({
    description:
      'Of its expression. failed: it fails, which refuses the message. not-applicable: the policy is for other methods. ' +
      'unknown: it depends on what the question does not say.',
  }),
  needs: z.array(z.string()).meta({ description: 'With `unknown`: what it depends on, such as `tool`.' }),
});

/** Why a caller may or may not act on a resource. */
export const PermissionExplanation = z
  .strictObject({
    principal: z
      .strictObject({
        subject: z.string().meta({ description: 'Subject of the caller.' }),
        roles: z.array(z.string()).meta({ description: 'Roles that the answer assumes.' }),
        adminOf: z.array(z.string()).meta({ description: 'Tenants that the caller administers.' }),
        apiKey: z.string().optional().meta({ description: 'The API key that the caller signs in with.' }),
      })
      .meta({ description: 'The caller that the answer is about.' }),
    resource: z.string().meta({ description: 'Kind and name of the resource.' }),
    action: z.enum(['read', 'write']).meta({ description: 'What the caller wants to do.' }),
    allowed: z.boolean().meta({ description: 'Whether the permission rule permits it.' }),
    rule: z.enum(['creator', 'required-role', 'tenant-admin', 'admin', 'signed-in', 'out-of-scope', 'none']).meta({
      description: 'The rule that decides; `none` when no rule permits it.',
    }),
    reason: z.string().meta({ description: 'The rule in words.' }),
    policies: z.array(PolicyFinding).meta({
      description: 'What each policy says that narrows how the caller may use the resource.',
    }),
    outcome: z.enum(['permitted', 'refused', 'depends']).meta({
      description: 'Rule and policies together; `depends` when policies need what the question does not say.',
    }),
    decidedBy: z.array(z.string()).meta({
      description: 'The policies that decide or on which it depends. Empty: the rule alone decides.',
    }),
  })
  .meta({ id: 'PermissionExplanation' });
export type PermissionExplanation = z.infer<typeof PermissionExplanation>;
