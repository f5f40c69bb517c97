import { adapterRef, type ResourceRef } from '@mcp-gateway/common/contracts';
import { describe, expect, it } from '@jest/globals';
import { labelledSeries } from './telemetry.js';
import { createMetrics } from './metrics.js';

/** The samples of our own. */
async function samples(metrics: ReturnType<typeof createMetrics>): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('our_'));
}
const what = (name: string) => ({ name, help: 'Something', labels: [] });

describe('metrics', () => {
  it('have those of the process and of Node.js in them', async () => {
    const text = await createMetrics().text();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toContain(`\n${name} `);
    }
  });

  it("are a service's own: two do not mix", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.counter(what('our_total')).inc();
    two.counter(what('our_total')).inc(2);
    expect([await samples(one), await samples(two)]).toEqual([['our_total 1'], ['our_total 2']]);
  });

  it('that are read at a scrape have the values of that moment, and series that ended are left out', async () => {
    const metrics = createMetrics();
    let adapters = ['a', 'b'];
    metrics.gauge({ name: 'our_things', help: 'Things', labels: ['adapter'] }, () =>
      adapters.map((adapter) => ({ labels: { adapter }, value: adapters.length })),
    );
    expect(await samples(metrics)).toEqual(['our_things{adapter="a"} 2', 'our_things{adapter="b"} 2']);
    adapters = ['b'];
    expect(await samples(metrics)).toEqual(['our_things{adapter="b"} 1']);
  });

  it('that cannot be read are left out, and all others are served', async () => {
    const metrics = createMetrics();
    let read = async () => [{ labels: {}, value: 1 }];
    metrics.gauge(what('our_answer'), () => read());
    metrics.gauge(what('our_failure'), () => {
      throw new Error('unavailable');
    });
    expect(await samples(metrics)).toEqual(['our_answer 1']);
    read = () => new Promise(() => {}); // never
    metrics.gauge(what('our_other'), () => [{ labels: {}, value: 7 }]);
    expect(await samples(metrics)).toEqual(['our_other 7']);
  });
});

const TOOL: ResourceRef = { kind: 'tool', name: 'a' };

describe('series of a resource', () => {
  it('go with it, and only they', async () => {
    const metrics = createMetrics();
    const requests = labelledSeries(
      metrics.counter({ name: 'our_total', help: 'x', labels: ['kind', 'name', 'status'] }),
    );
    const times = labelledSeries(
      metrics.histogram({ name: 'our_seconds', help: 'x', labels: ['kind', 'name'], buckets: [1] }),
    );
    const [a, b] = [adapterRef('a'), adapterRef('b')];
    for (const adapter of [a, b, a, TOOL]) requests.of(adapter, '2xx').inc();
    requests.of(a, '5xx').inc();
    times.of(a).observe(0.5);
    times.of(b).observe(2);
    requests.forget(a);
    times.forget(a);
    requests.forget(adapterRef('never there'));
    expect(await samples(metrics)).toEqual([
      'our_total{kind="adapter",name="b",status="2xx"} 1',
      'our_total{kind="tool",name="a",status="2xx"} 1',
      'our_seconds_bucket{le="1",kind="adapter",name="b"} 0',
      'our_seconds_bucket{le="+Inf",kind="adapter",name="b"} 1',
      'our_seconds_sum{kind="adapter",name="b"} 2',
      'our_seconds_count{kind="adapter",name="b"} 1',
    ]);
    requests.of(a, '2xx').inc();
    expect(await samples(metrics)).toContain('our_total{kind="adapter",name="a",status="2xx"} 1');
  });
});
