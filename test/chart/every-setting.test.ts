import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { callerFields, redisFields, serviceFields } from '@mcp-gateway/platform/config';
import { kubernetesFields } from '@mcp-gateway/runtime/kubernetes/configuration';
import { dataPlaneFields } from '../data-plane/support/sources.js';
import { repository } from '../support/launch.js';

const SETS = ['trial', 'production', 'plain'];
const NOT_FOR_THE_CHART = [
  'AUTH_MODE', // has only one possible value
  'KUBECONFIG', // pods use a service account
  'KUBERNETES_SERVICE_HOST', // Kubernetes sets it in every pod
  'KUBERNETES_SERVICE_PORT',
];

it('has a value in the chart for every setting of a service', async () => {
  const rendered = await Promise.all(
    SETS.map((name) => readFile(repository(`test/chart/golden/${name}.yaml`), 'utf8')),
  );
  const set = new Set(
    rendered.flatMap((text) => [...text.matchAll(/\bname: ([A-Z][A-Z0-9_]+)\b/g)].map(([, name]) => name)),
  );
  const fields = { ...serviceFields, ...redisFields, ...callerFields, ...dataPlaneFields, ...kubernetesFields };
  expect(Object.keys(fields).filter((name) => !set.has(name))).toEqual(NOT_FOR_THE_CHART);
});
