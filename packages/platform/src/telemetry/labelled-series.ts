import type { ResourceRef } from '@mcp-gateway/common/contracts';

/** A metric of prom-client, as far as its series are concerned. */
interface Labelled<Child> {
  labels(...values: string[]): Child;
  remove(...values: string[]): void;
}

/** The series of a metric whose first two labels are the kind and the name of a resource that may go. */
export interface LabelledSeries<Child> {
  /** The series of the resource with these values of the other labels. */
  of(resource: ResourceRef, ...values: string[]): Child;
  /** Removes all series of the resource. */
  forget(resource: ResourceRef): void;
}

/** Keeps series in memory, so that counting looks nothing up in prom-client, and knows which of them belong to a resource. */
export function labelledSeries<Child>(metric: Labelled<Child>): LabelledSeries<Child> {
  const byResource = new Map<string, Map<string, { child: Child; values: string[] }>>();
  return {
    of({ kind, name }, ...values) {
      const resource = `${kind}/${name}`;
      let series = byResource.get(resource);
      if (!series) byResource.set(resource, (series = new Map()));
      const key = values.join(' ');
      let known = series.get(key);
      if (!known) series.set(key, (known = { child: metric.labels(kind, name, ...values), values }));
      return known.child;
    },
    forget({ kind, name }) {
      const resource = `${kind}/${name}`;
      for (const { values } of byResource.get(resource)?.values() ?? []) metric.remove(kind, name, ...values);
      byResource.delete(resource);
    },
  };
}
