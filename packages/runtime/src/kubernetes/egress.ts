import { z } from 'zod';

const PortNumber = z.int().min(1).max(65_535);
const Labels = z.record(z.string(), z.string());

const Selector = z.strictObject({
  matchLabels: Labels.optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

const Block = z.union([z.cidrv4(), z.cidrv6()], 'must be a block of addresses such as 10.0.0.0/8');

const Peer = z
  .strictObject({
    ipBlock: z.strictObject({ cidr: Block, except: z.array(Block).optional() }).optional(),
    podSelector: Selector.optional(),
    namespaceSelector: Selector.optional(),
  })
  .refine(
    ({ ipBlock, podSelector, namespaceSelector }) => (ipBlock === undefined) !== !(podSelector ?? namespaceSelector),
    'must have an ipBlock, or a podSelector and a namespaceSelector or one of them',
  );

const Port = z
  .strictObject({
    port: z.union([PortNumber, z.string().regex(/^[a-z0-9-]{1,15}$/)], 'must be a number or a name').optional(),
    endPort: PortNumber.optional(),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(),
  })
  .refine(
    ({ port, endPort }) => endPort === undefined || (typeof port === 'number' && endPort >= port),
    'must have a number as port, and an endPort that is not below it',
  );

/** A rule of `spec.egress` of a NetworkPolicy (networking.k8s.io/v1). One that the cluster refuses would stop all adapters. */
export const EgressRule = z.strictObject({ ports: z.array(Port).optional(), to: z.array(Peer).optional() });
export type EgressRule = z.infer<typeof EgressRule>;
