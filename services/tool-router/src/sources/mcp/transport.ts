import { ProtocolError, StreamableHTTPClientTransport, type JSONRPCMessage } from '@modelcontextprotocol/client';

/** The transport of the SDK, which leaves a request without an answer when the server ends its event stream early. */
export class ServerTransport extends StreamableHTTPClientTransport {
  override send(
    message: JSONRPCMessage,
    options?: Parameters<StreamableHTTPClientTransport['send']>[1],
  ): Promise<void> {
    if (!('method' in message) || !('id' in message)) return super.send(message, options);
    const { id } = message;
    const onRequestStreamEnd = () => {
      options?.onRequestStreamEnd?.();
      // The SDK ignores it when the answer has come.
      this.onmessage?.({
        jsonrpc: '2.0',
        id,
        error: { code: ENDED_EARLY, message: 'the server ended its answer early' },
      });
    };
    return super.send(message, { ...options, onRequestStreamEnd });
  }
}

/** Of ours alone: servers may use -32000 to -32099 (JSON-RPC 2.0 §5.1). */
const ENDED_EARLY = -1;

/** Whether a server has begun to serve a request and not ended. */
export function isBreak(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.code === ENDED_EARLY;
  const { code, cause } = error as NodeJS.ErrnoException;
  return (
    (code ?? '').startsWith('UND_ERR_SOCKET') || code === 'ECONNRESET' || (cause instanceof Error && isBreak(cause))
  );
}
