import { describe, expect, it } from '@jest/globals';
import { EgressRule } from './egress.js';

const to = (...peers: object[]) => ({ to: peers });
const port = (...ports: object[]) => ({ ports });
const selector = { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] };

describe('an egress rule', () => {
  it.each([
    {},
    to({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }),
    to({ ipBlock: { cidr: 'fd00::/8', except: ['fd00:1::/32'] } }),
    to({ podSelector: {} }),
    to({ namespaceSelector: selector, podSelector: selector }),
    to({
      podSelector: {
        matchExpressions: ['Exists', 'DoesNotExist'].map((operator) => ({ key: 'k', operator })),
      },
    }),
    port({ port: 53, protocol: 'UDP' }, { port: 'https' }, { port: 8000, endPort: 9000 }, {}),
    port({ port: 65_535, protocol: 'SCTP' }, { port: 1, endPort: 1, protocol: 'TCP' }),
  ])('is %j', (rule) => {
    expect(EgressRule.parse(rule)).toEqual(rule);
  });

  it.each<[rule: unknown, at: string, message: string]>([
    [{ nonsense: 1 }, '', 'Unrecognized key: "nonsense"'],
    [to({ ipBlock: { cidr: '10.0.0.1' } }), 'to.0.ipBlock.cidr', 'must be a block of addresses such as 10.0.0.0/8'],
    [
      to({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }),
      'to.0.ipBlock',
      'smaller than cidr and part of it',
    ],
    [
      to({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }),
      'to.0.ipBlock',
      'smaller than cidr and part of it',
    ],
    [
      to({ ipBlock: { cidr: '10.0.0.0/8', except: ['fd00::/16'] } }),
      'to.0.ipBlock',
      'smaller than cidr and part of it',
    ],
    [
      to({ podSelector: { matchExpressions: [{ key: 'k', operator: 'NotIn', values: [] }] } }),
      'to.0.podSelector.matchExpressions.0',
      'must have values with In and NotIn',
    ],
    [
      to({ podSelector: { matchExpressions: [{ key: 'k', operator: 'Exists', values: ['v'] }] } }),
      'to.0.podSelector.matchExpressions.0',
      'none with Exists and DoesNotExist',
    ],
    [to({ ipBlock: { cdir: '10.0.0.0/8', cidr: '10.0.0.0/8' } }), 'to.0.ipBlock', 'Unrecognized key: "cdir"'],
    [to({ podSelector: { app: 'x' } }), 'to.0.podSelector', 'Unrecognized key: "app"'],
    [to({}), 'to.0', 'must have an ipBlock, or a podSelector and a namespaceSelector or one of them'],
    [to({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }), 'to.0', 'must have an ipBlock, or'],
    [
      to({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1'] } }),
      'to.0.ipBlock.except.0',
      'must be a block of addresses',
    ],
    [
      to({ podSelector: { matchExpressions: [{ key: '', operator: 'Exists' }] } }),
      'to.0.podSelector.matchExpressions.0.key',
      'Too small',
    ],
    [port({ port: 0 }), 'ports.0.port', 'expected number to be >=1'],
    [port({ port: 65_536 }), 'ports.0.port', 'expected number to be <=65535'],
    [port({ port: 'sixteen-chars-xx' }), 'ports.0.port', 'must be a number or a name: at most 15'],
    [port({ port: '443' }), 'ports.0.port', 'with a letter'],
    [port({ port: 'a--b' }), 'ports.0.port', 'single inner hyphens'],
    [port({ port: 'https', endPort: 9000 }), 'ports.0', 'must have a number as port'],
    [port({ endPort: 9000 }), 'ports.0', 'must have a number as port'],
    [port({ port: 2, endPort: 1 }), 'ports.0', 'must have a number as port'],
    [port({ protocol: 'tcp' }), 'ports.0.protocol', 'Invalid option'],
  ])('is not %j', (rule, at, message) => {
    const issues = EgressRule.safeParse(rule).error?.issues ?? [];
    expect(issues.map(({ path }) => path.join('.'))).toEqual([at]);
    expect(issues[0]?.message).toContain(message);
  });
});
