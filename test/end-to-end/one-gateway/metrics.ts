import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { callInSession, callModern, initialize } from '../../support/clients.js';
import { repository } from '../../support/launch.js';
import { samplesOf } from '../../support/samples.js';
import { becomesTrue } from '../../support/wait.js';
import { gateway } from './gateway.js';

const SERVICES = {
  'data-plane': 'Data plane',
  'control-plane': 'Control plane',
  'deployment-worker': 'Worker',
  'tool-router': 'Tool router',
};
type Service = keyof typeof SERVICES;

async function scrape(service: Service): Promise<string> {
  const matches = gateway.output().matchAll(/"service":"([a-z-]+)","metricsPort":(\d+)/g);
  const port = Array.from(matches).findLast(([, name]) => name === service)?.[2];
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}
const samples = async (service: Service, name: string) => samplesOf(await scrape(service), `mcp_gateway_${name}`);

describe('an adapter', () => {
  it('is counted exactly from its registration to its removal, and not afterwards', async () => {
    await gateway.api.create({ name: 'counted', imageName: 'mcp-example', imageVersion: '1.0.0', replicaCount: 1 });
    await gateway.api.ready('counted');
    const url = gateway.api.mcp('counted');
    const { sessionId } = await initialize(url);
    for (let i = 0; i < 3; i++) await callInSession(url, String(sessionId), 'add', { a: 1, b: i });
    for (let i = 0; i < 2; i++) await callModern(url, 'add', { a: 1, b: i });
    expect((await fetch(url, { headers: { 'Mcp-Session-Id': 'made up' } })).status).toBe(404);

    const requests = await samples('data-plane', 'requests_total');
    const sent = (labels: string) => labels.includes('kind="adapter",name="counted"') && !labels.includes('DELETE'); // `ready` sends some
    expect(Object.entries(requests).filter(([labels]) => sent(labels))).toEqual([
      ['kind="adapter",name="counted",era="legacy",method="POST",status="2xx"', 4],
      ['kind="adapter",name="counted",era="modern",method="POST",status="2xx"', 2],
      ['kind="adapter",name="counted",era="legacy",method="GET",status="4xx"', 1],
    ]);
    const answered = await samples('data-plane', 'request_duration_seconds_count');
    expect(answered).toMatchObject({
      'kind="adapter",name="counted",method="POST"': 6,
      'kind="adapter",name="counted",method="GET"': 1,
    });
    const refusals = await samples('data-plane', 'refusals_total');
    expect(refusals['kind="adapter",name="counted",code="SESSION_NOT_FOUND"']).toBe(1);
    const endpoints = await samples('data-plane', 'endpoints');
    expect(endpoints['kind="adapter",name="counted",state="ready"']).toBe(1);
    expect(await samples('deployment-worker', 'resources')).toMatchObject({
      'kind="adapter",phase="Ready"': 2,
      'kind="adapter",phase="Failed"': 0,
    });

    await gateway.api.remove('counted');
    await becomesTrue('its series to go', async () => expect(await scrape('data-plane')).not.toContain('"counted"'));
    await becomesTrue('it to be counted no more', async () =>
      expect(await samples('deployment-worker', 'resources')).toMatchObject({
        'kind="adapter",phase="Ready"': 1,
        'kind="adapter",phase="Deleting"': 0,
      }),
    );
    const calls = await samples('control-plane', 'api_requests_total');
    expect(calls['route="/adapters/{name}",method="DELETE",status="2xx"']).toBe(1);
    const reconciles = await samples('deployment-worker', 'reconciles_total');
    expect(reconciles['kind="adapter",outcome="succeeded"']).toBeGreaterThan(2);
  }, 60_000);
});

describe('the documentation', () => {
  it.each(Object.keys(SERVICES) as Service[])('lists exactly the metrics of the %s', async (service) => {
    const text = await scrape(service);
    const own = [...text.matchAll(/^# TYPE (mcp_gateway_\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const listed = await documented(service);
    expect(own.toSorted()).toEqual(listed.map(({ name, type }) => `${name} ${type}`).toSorted());
    for (const { name, labels } of listed) expect([name, labelsOf(text, name) ?? labels]).toEqual([name, labels]);
  });

  it('links to further pages', async () => {
    const others = (await scrape('data-plane')).match(/^# TYPE (?!mcp_gateway_)(\w+)/gm) ?? [];
    expect(others.filter((line) => !/ (process|nodejs)_/.test(line))).toEqual([]);
  });
});

async function documented(service: Service) {
  const text = await readFile(repository('docs/metrics.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${SERVICES[service]}\n`)) ?? '';
  return Array.from(
    section.matchAll(/^\| `(\w+)` *\| (\w+) *\| (.*?) *\|/gm),
    ([, name = '', type = '', labels = '']) => ({
      name,
      type,
      labels: (labels.match(/\w+/g) ?? []).toSorted(),
    }),
  );
}

/** Whether a metric's samples, if there are any, have these labels. */
function labelsOf(text: string, name: string): string[] | undefined {
  const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? \\S+$`, 'm').exec(text);
  return sample ? Array.from((sample[1] ?? '').matchAll(/(\w+)="/g), ([, label = '']) => label).toSorted() : undefined;
}
