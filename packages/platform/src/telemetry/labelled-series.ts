/** A metric of prom-client, as far as its series are concerned. */
interface Labelled<Child> {
  labels(...values: string[]): Child;
  remove(...values: string[]): void;
}

/** The series of a metric whose first label is a name that may go. */
export interface LabelledSeries<Child> {
  /** The series with these values, the name first. */
  of(name: string, ...values: string[]): Child;
  /** Removes all series of the name. */
  forget(name: string): void;
}

/** Keeps series at hand, so that counting costs no more than it has to, and knows which of them are of a name. */
export function labelledSeries<Child>(metric: Labelled<Child>): LabelledSeries<Child> {
  const byName = new Map<string, Map<string, { child: Child; values: string[] }>>();
  return {
    of(name, ...values) {
      let series = byName.get(name);
      if (!series) byName.set(name, (series = new Map()));
      const key = values.join(' ');
      let known = series.get(key);
      if (!known) series.set(key, (known = { child: metric.labels(name, ...values), values }));
      return known.child;
    },
    forget(name) {
      for (const { values } of byName.get(name)?.values() ?? []) metric.remove(name, ...values);
      byName.delete(name);
    },
  };
}
