import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { withTimeout } from './concurrency.js';

export interface Sample<Label extends string> {
  labels: Record<Label, string>;
  value: number;
}

interface Described<Label extends string> {
  name: string;
  help: string;
  labels: readonly Label[];
}

/** The metrics of a service in the text format of Prometheus. Names are in base units: seconds, bytes. */
export interface Metrics {
  counter<Label extends string = never>(what: Described<Label>): Counter<Label>;
  histogram<Label extends string = never>(what: Described<Label> & { buckets: readonly number[] }): Histogram<Label>;
  /** Each scrape calls `read`. A scrape leaves out values that `read` does not return within two seconds. */
  gauge<Label extends string = never>(
    what: Described<Label>,
    read: () => Iterable<Sample<Label>> | Promise<Iterable<Sample<Label>>>,
  ): void;
  /** All of it, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

const READ_MS = 2_000;

/** Metrics with those of the process and of Node.js in them: `process_…`, `nodejs_…`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const of = <Label extends string>({ name, help, labels }: Described<Label>) => ({
    name,
    help,
    labelNames: labels,
    registers: [registry],
  });
  return {
    counter: (what) => new Counter(of(what)),
    histogram: (what) => new Histogram({ ...of(what), buckets: [...what.buckets] }),
    gauge: (what, read) =>
      void new Gauge({
        ...of(what),
        async collect() {
          this.reset();
          // Without labels a reset leaves a zero, which nobody has read.
          if (what.labels.length === 0) this.remove();
          const samples = await withTimeout(Promise.resolve().then(read), READ_MS).catch(() => []);
          for (const { labels, value } of samples) this.set(labels, value);
        },
      }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
