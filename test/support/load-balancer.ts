import { waitFor } from './wait.js';

export interface LoadBalancer {
  fetch: typeof fetch;
  add(origin: string): void;
  /** Sends it nothing more. Resolves when none of its requests but streams is under way. */
  remove(origin: string): Promise<void>;
}

/** A load balancer in front of the data planes: sends each request to the next one. */
export function loadBalancer(...origins: string[]): LoadBalancer {
  let planes = origins;
  let turn = 0;
  const underWay = new Map<string, number>();
  const count = (origin: string, by: number) => underWay.set(origin, (underWay.get(origin) ?? 0) + by);
  return {
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      const origin = planes[turn++ % planes.length] as string;
      count(origin, 1);
      try {
        return await fetch(new URL(url.pathname + url.search, origin), init);
      } finally {
        count(origin, -1);
      }
    },
    add: (origin) => void (planes = [...planes, origin]),
    async remove(origin) {
      planes = planes.filter((plane) => plane !== origin);
      await waitFor('the requests to be answered', () => !underWay.get(origin));
    },
  };
}
