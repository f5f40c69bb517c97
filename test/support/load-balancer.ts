import { waitFor } from './wait.js';

export interface LoadBalancer {
  fetch: typeof fetch;
  /** Puts others in the place of one. Resolves when that has no request any more, but for streams. */
  replace(old: string, ...now: string[]): Promise<void>;
}

/** Stands before the data planes, as clients see it: sends each request to the next of them. */
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
    async replace(old, ...now) {
      planes = [...planes.filter((plane) => plane !== old), ...now];
      await waitFor('the requests to be answered', () => !underWay.get(old));
    },
  };
}
