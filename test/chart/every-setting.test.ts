import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { apiKeyFields, signInFields, signInOf } from '@mcp-gateway/identity';
import { auditFields, callerFields, fileVariable, redisFields, serviceFields } from '@mcp-gateway/platform/config';
import { kubernetesFields } from '@mcp-gateway/runtime/kubernetes/configuration';
import { announcementFields } from '../tool-router/support/sources.js';
import { dataPlaneFields } from '../data-plane/support/sources.js';
import { repository } from '../support/launch.js';

const SETS = ['trial', 'production', 'plain'];
const NOT_FOR_THE_CHART = [
  'KUBECONFIG', // pods use a service account
  'KUBERNETES_SERVICE_HOST', // Kubernetes sets it in every pod
  'KUBERNETES_SERVICE_PORT',
];

const golden = async (name: string) => readFile(repository(`test/chart/golden/${name}.yaml`), 'utf8');

it('has a value in the chart for every setting of a service', async () => {
  const rendered = await Promise.all(SETS.map(golden));
  const set = new Set(
    rendered.flatMap((text) => [...text.matchAll(/\bname: ([A-Z][A-Z0-9_]+)\b/g)].map(([, name]) => name)),
  );
  const fields = {
    ...serviceFields,
    ...redisFields,
    ...callerFields,
    ...auditFields,
    ...signInFields,
    ...apiKeyFields,
    ...dataPlaneFields,
    ...kubernetesFields,
    ...announcementFields,
  };
  const isSet = (name: string) => set.has(name) || set.has(fileVariable(name));
  expect(Object.keys(fields).filter((name) => !isSet(name))).toEqual(NOT_FOR_THE_CHART);
});

it('gives data plane and control plane issuers that they accept, with every field that an issuer has', async () => {
  const rendered = (await golden('production')).matchAll(/name: OIDC_ISSUERS\n +value: '(.*)'\n/g);
  const [first, second, ...more] = Array.from(rendered, ([, json = '']) => json);
  expect([second, more]).toEqual([first, []]);
  const [all, few] = signInFields.OIDC_ISSUERS.parse(first) ?? [];
  expect(all).toMatchObject({
    subjectPrefix: '',
    clockToleranceSeconds: 5,
    roleMapping: { 'platform-team': ['mcp.admin'] },
  });
  expect(few).toMatchObject({ issuer: 'https://login.partner.example', subjectPrefix: 'partner:' });
  const schema = JSON.parse(await readFile(repository('charts/mcp-gateway/values.schema.json'), 'utf8')) as {
    definitions: { issuer: { properties: Record<'claims' | 'introspection', { properties: object }> } };
  };
  const { properties } = schema.definitions.issuer;
  expect(Object.keys(properties).toSorted()).toEqual(Object.keys(all ?? {}).toSorted());
  const introspection = Object.keys(properties.introspection.properties);
  expect(introspection.toSorted()).toEqual(Object.keys(all?.introspection ?? {}).toSorted());
  expect(Object.keys(properties.claims.properties).toSorted()).toEqual(Object.keys(all?.claims ?? {}).toSorted());
});

it('gives data plane and control plane settings of Entra ID that they accept', async () => {
  const rendered = [...(await golden('plain')).matchAll(/name: (ENTRA_[A-Z_]+)\n +value: '?(.*?)'?\n/g)];
  const [first, second] = [rendered.slice(0, rendered.length / 2), rendered.slice(rendered.length / 2)];
  const values = (found: typeof rendered) => Object.fromEntries(found.map(([, name = '', value]) => [name, value]));
  expect(values(second)).toEqual(values(first));
  const parsed = Object.entries(values(first)).map(([name, value]) => [
    name,
    signInFields[name as keyof typeof signInFields].parse(value),
  ]);
  expect(signInOf({ AUTH_MODE: 'entra', ...Object.fromEntries(parsed) })).toMatchObject({
    entra: {
      clientId: '55555555-aaaa-4bbb-8ccc-666666666666',
      audiences: ['55555555-aaaa-4bbb-8ccc-666666666666', 'https://mcp.example.com/*'],
      requiredScopes: ['mcp.access'],
      roleClaims: ['roles', 'groups'],
      roleMapping: { '99999999-aaaa-4bbb-8ccc-000000000000': ['mcp.admin'] },
    },
  });
});
