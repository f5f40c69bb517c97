import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RequestContext } from '../request/context.js';

/**
 * Serves one request. An error that it throws, at once or later, ends that request and no other. An uncaught error in a
 * listener would end the process, and every stream with it (docs/decisions/0014-one-request-ends-alone.md).
 */
export function errorBoundary(
  context: RequestContext,
  log: Logger | undefined,
  serve: () => void | Promise<void>,
): void {
  const { id, res } = context;
  const fail = (thrown: unknown) => {
    context.refusal ??= new GatewayError('INTERNAL', { cause: thrown });
    log?.error({ requestId: id, err: thrown }, 'a request failed; all other requests continue');
    if (res.headersSent || res.destroyed) return void res.destroy();
    res.writeHead(500, 'Internal Server Error', { connection: 'close' }).end(); // a phrase of our own: Node may have refused the other one
  };
  res.on('error', fail); // a write after the end
  try {
    serve()?.catch(fail); // `serve` returns no promise where it needs none, because this is hot
  } catch (thrown) {
    fail(thrown);
  }
}
