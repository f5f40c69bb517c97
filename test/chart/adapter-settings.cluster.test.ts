import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { kubernetesFields } from '@mcp-gateway/runtime/kubernetes/configuration';
import { folder } from '../support/after-tests.js';
import { DATABASES, ENOUGH, template } from './support/template.js';

const EGRESS = [
  {
    ports: [{ port: 80, endPort: 90, protocol: 'TCP' }, { port: 'http' }],
    to: [
      { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32', '255.0.0.0/8'] } },
      { ipBlock: { cidr: '::/0', except: ['fd00::/8', '2001:db8::1/128', '1:2:3:4:5:6:7:8/127', '::ffff:0:0/96'] } },
      { namespaceSelector: {}, podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } },
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
    ],
  },
];

/** The settings that the worker parses from values of a file, in which Helm treats all numbers as floating-point numbers. */
async function settings(adapters: object) {
  const file = join(await folder(), 'values.json');
  await writeFile(file, JSON.stringify({ adapters }));
  const show = '--show-only=templates/deployment-worker/deployment.yaml';
  const rendered = await template(...ENOUGH, ...DATABASES, `--values=${file}`, show);
  const value = (name: string) => rendered.split(`- name: ${name}\n`)[1]?.match(/value: '(.*)'\n/)?.[1];
  return {
    resources: kubernetesFields.ADAPTER_RESOURCES.parse(value('ADAPTER_RESOURCES')),
    egress: kubernetesFields.ADAPTER_EGRESS.parse(value('ADAPTER_EGRESS')),
  };
}

it('gives the worker valid quantities, also for values that are numbers', async () => {
  const limits = { cpu: 1, memory: 1_073_741_824 };
  const { resources } = await settings({ resources: { limits, requests: { cpu: '1000m', memory: '1Gi' } } });
  expect(resources).toEqual({
    limits: { cpu: '1', memory: '1073741824' },
    requests: { cpu: '1000m', memory: '1Gi' },
  });
});

it('gives the worker the egress rules of the values', async () => {
  expect((await settings({ egress: EGRESS })).egress).toEqual(EGRESS);
});
