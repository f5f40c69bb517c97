import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';

const PortNumber = z.int().min(1).max(65_535);
/** The name of a container port. */
const PortName = z
  .string()
  .regex(
    /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be a number or a name: at most 15 lower-case letters, digits and single inner hyphens, with a letter',
  );
const Labels = z.record(z.string(), z.string());

const Selector = z.strictObject({
  matchLabels: Labels.optional(),
  matchExpressions: z
    .array(
      z
        .strictObject({
          key: z.string().min(1),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(z.string()).optional(),
        })
        .refine(
          ({ operator, values = [] }) => ['In', 'NotIn'].includes(operator) === values.length > 0,
          'must have values with In and NotIn, and none with Exists and DoesNotExist',
        ),
    )
    .optional(),
});

const Block = z.union([z.cidrv4(), z.cidrv6()], 'must be a block of addresses such as 10.0.0.0/8');

function isWithin(block: string, cidr: string): boolean {
  const [[address = '', length], [network = '', prefix]] = [block.split('/'), cidr.split('/')];
  const whole = new BlockList();
  whole.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  return Number(length) > Number(prefix) && whole.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const Peer = z
  .strictObject({
    ipBlock: z
      .strictObject({ cidr: Block, except: z.array(Block).optional() })
      .refine(
        ({ cidr, except = [] }) => except.every((block) => isWithin(block, cidr)),
        'must have blocks in except that are smaller than cidr and part of it',
      )
      .optional(),
    podSelector: Selector.optional(),
    namespaceSelector: Selector.optional(),
  })
  .refine(
    ({ ipBlock, podSelector, namespaceSelector }) => (ipBlock === undefined) !== !(podSelector ?? namespaceSelector),
    'must have an ipBlock, or a podSelector and a namespaceSelector or one of them',
  );

const Port = z
  .strictObject({
    port: z.union([PortNumber, PortName], 'must be a number or a name').optional(),
    endPort: PortNumber.optional(),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(),
  })
  .refine(
    ({ port, endPort }) => endPort === undefined || (typeof port === 'number' && endPort >= port),
    'must have a number as port, and an endPort that is not below it',
  );

/** A rule of `spec.egress` of a NetworkPolicy (networking.k8s.io/v1). A rule that the cluster rejects would stop every adapter. */
export const EgressRule = z.strictObject({ ports: z.array(Port).optional(), to: z.array(Peer).optional() });
export type EgressRule = z.infer<typeof EgressRule>;
