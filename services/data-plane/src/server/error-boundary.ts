import type { ServerResponse } from 'node:http';

/**
 * Serves one request. What it throws, now or later, ends that request and no other: a throw in a listener that nobody catches
 * would end the process, and everybody's streams with it (docs/decisions/0014-one-request-ends-alone.md).
 */
export function contain(
  res: ServerResponse,
  onThrow: (thrown: unknown) => void,
  serve: () => void | Promise<void>,
): void {
  const fail = (thrown: unknown) => {
    onThrow(thrown);
    if (res.headersSent || res.destroyed) return void res.destroy();
    res.writeHead(500, 'Internal Server Error', { connection: 'close' }).end(); // the phrase may be what was refused
  };
  res.on('error', fail); // something was written after its end
  try {
    serve()?.catch(fail); // no promise where there is none, as this is hot
  } catch (thrown) {
    fail(thrown);
  }
}
