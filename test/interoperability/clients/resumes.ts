/** How a client reacts to streams that end too early. */
export interface Resumes {
  /** The number of its requests with `Last-Event-ID`. */
  count(): number;
  /** Ends the next stream that answers a request after its first event. */
  cutNext(): void;
}

/** For clients that cannot resume. */
export const noResumption = {
  sse: 'events of HTTP+SSE have no ids',
  modern: '2026-07-28 has no resumption',
};

/** A fetch that observes the requests of its client, and may cut the answers. */
export function watchResumes(): Resumes & { fetch: typeof fetch } {
  let count = 0;
  let cutting = false;
  return {
    count: () => count,
    cutNext: () => void (cutting = true),
    async fetch(input, init) {
      if (new Headers(init?.headers).has('last-event-id')) count += 1;
      const response = await fetch(input, init);
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (!cutting || init?.method !== 'POST' || !isStream) return response;
      cutting = false;
      return new Response(response.body?.pipeThrough(untilFirstEvent()), response);
    },
  };
}

function untilFirstEvent() {
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if (new TextDecoder().decode(chunk).includes('\n\n')) controller.terminate();
    },
  });
}
