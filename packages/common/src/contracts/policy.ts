import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';
import { ResourceName } from './resource.js';

/** Stands for every method, and for GET requests that open a stream. */
export const EVERY_METHOD = '*';

/** What clients send, in all revisions of MCP. Servers may have other methods, which policies may name too. */
export const CLIENT_METHODS = [
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'logging/setLevel',
  'tasks/list',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
] as const;

const Method = boundedString(128, 1).regex(
  /^(\*|[\w$./-]+)$/,
  'must be a method of MCP such as "tools/call", or "*" for all',
);

/** Narrows who may do what with a server. `when` is CEL; packages/identity/src/policy checks and evaluates it. */
export const Policy = z.strictObject({
  name: ResourceName.meta({ description: 'Unique in the adapter. Refusals and logs name it.' }),
  effect: z.enum(['allow', 'deny']).meta({
    description:
      '`deny` refuses the messages for which `when` is true. `allow` permits them: where at least one policy allows, ' +
      'a message that none of them permits is refused.',
  }),
  when: text(1024, 1).meta({
    description:
      'A CEL expression over `principal`, `resource`, `method`, `tool`, `arguments`, `params` and `headers`. If it ' +
      'cannot be evaluated, the message is refused.',
    examples: ['tool.startsWith("delete_") && !("ops" in principal.roles)'],
  }),
  methods: z
    .array(Method)
    .min(1, 'must name a method')
    .max(16, 'must be at most 16 methods')
    .default(['tools/call'])
    .meta({ description: 'The MCP methods that the policy decides on. `*` is every message, and GET of a stream.' }),
  reason: text(256).default('').meta({ description: 'Shown to the callers that the policy refuses.' }),
});
export type Policy = z.infer<typeof Policy>;

export const Policies = z
  .array(Policy)
  .max(16, 'must be at most 16 policies')
  .refine((policies) => new Set(policies.map(({ name }) => name)).size === policies.length, {
    message: 'must have names that differ',
  });
