import { afterTest } from './clean-up.js';

/** One server-sent event, its data parsed. */
export interface ReceivedEvent {
  event: string;
  id: string;
  // The tests check what it contains.
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any;
}

/** Reads a stream of server-sent events until the test ends. */
export async function eventStream(url: string, headers: Record<string, string> = {}) {
  const closed = new AbortController();
  afterTest(() => closed.abort());
  const answer = await fetch(url, { headers, signal: closed.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  /** The next event; undefined when the stream has ended. Comments and ids alone are no events. */
  async function next(): Promise<ReceivedEvent | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data !== undefined) return { event: field('event') ?? '', id: field('id') ?? '', data: JSON.parse(data) };
        continue;
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return undefined;
      text += value;
    }
  }

  return {
    answer,
    next,
    /** The next events, as many as these or up to this one, as `type kind/name`. */
    async words(end: number | string): Promise<string[]> {
      const found: string[] = [];
      while (typeof end === 'number' ? found.length < end : found.at(-1) !== end) {
        const event = await next();
        if (!event) break;
        const { kind, name } = event.data as { kind?: string; name?: string };
        found.push(kind === undefined ? event.event : `${event.event} ${kind}/${name}`);
      }
      return found;
    },
    close: () => closed.abort(),
  };
}
