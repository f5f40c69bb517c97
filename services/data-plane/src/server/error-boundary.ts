import type { Logger } from '@mcp-gateway/platform/logging';
import type { RequestContext } from '../request/context.js';

/**
 * Serves one request. What it throws, now or later, ends that request and no other: a throw in a listener that nothing catches
 * would end the process, and every stream with it (docs/decisions/0014-one-request-ends-alone.md).
 */
export function errorBoundary(
  { id, res }: RequestContext,
  log: Logger | undefined,
  serve: () => void | Promise<void>,
): void {
  const fail = (thrown: unknown) => {
    log?.error({ requestId: id, err: thrown }, 'a request failed; all others go on');
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
