import { expect, it } from '@jest/globals';
import { valuesOf } from './support/helm.js';
import { DATABASES, ENOUGH, template } from './support/template.js';

const PARTS = [
  ['dataPlane', 'data-plane/deployment', 'REDIS_URL'],
  ['controlPlane', 'control-plane/deployment', 'DATABASE_URL'],
  ['worker', 'deployment-worker/deployment', 'IMAGE_REGISTRY'],
  ['migrations', 'migrations/job', 'DATABASE_URL'],
] as const;

/** The variable names of a component's one container, and the line that gives the variable a value. */
async function variables(file: string, name: string, ...args: string[]) {
  const rendered = await template(...args, `--show-only=templates/${file}.yaml`);
  const names = [...rendered.matchAll(/^ {12}- name: (.*)$/gm)].flatMap(([, each]) => each ?? []);
  return { names, value: rendered.split(`- name: ${name}\n`)[1]?.split('\n')[0]?.trim() };
}

it.each(PARTS)('lets the values replace a variable of the chart in the %s', async (part, file, name) => {
  const own = [`--set=${part}.extraEnv[0].name=${name},${part}.extraEnv[0].value=mine`];
  const args = [valuesOf('production'), ...own];
  const { names, value } = await variables(file, name, ...args);
  expect(value).toBe('value: mine');
  const before = await variables(file, name, valuesOf('production'), `--set=${part}.extraEnv=null`);
  expect(names.toSorted()).toEqual(before.names.toSorted());
  expect(new Set(names).size).toBe(names.length);
});

it.each([
  ['worker', 'NAMESPACE', 'worker.extraEnv must not have NAMESPACE, which the rest of the chart relies on'],
  ['dataPlane', 'PORT', 'dataPlane.extraEnv must not have PORT'],
])('refuses to replace a reserved variable in the %s: %s', async (part, name, message) => {
  const own = `--set=${part}.extraEnv[0].name=${name},${part}.extraEnv[0].value=x`;
  await expect(template(...ENOUGH, ...DATABASES, own)).rejects.toThrow(message);
});

it('refuses two values of the same variable', async () => {
  const own = '--set=controlPlane.extraEnv[0].name=A,controlPlane.extraEnv[1].name=A';
  await expect(template(...ENOUGH, ...DATABASES, own)).rejects.toThrow('controlPlane.extraEnv has A twice');
});

it('lets the values set a port for metrics where the chart opens none', async () => {
  const own = '--set-string=worker.extraEnv[0].name=MCP_GATEWAY_METRICS_PORT,worker.extraEnv[0].value=9000';
  expect(await template(...ENOUGH, ...DATABASES, '--set=metrics.enabled=false', own)).toContain('value: "9000"');
});
