/** The entry of one code on the page of errors. */
export interface CatalogueEntry {
  status: number;
  /** Used on MCP paths; -32000 … -32019 are free for implementations (JSON-RPC 2.0 §5.1, MCP 2026-07-28). */
  rpcCode: number;
  title: string;
  /** When the gateway answers with this error. */
  cause: string;
  /** The steps that the reader can take. */
  remedy: string;
}

export const MAY_HAVE_RUN = 'Find out whether the call had its effect before you repeat it.';

/** Errors of the way to an MCP server. */
export const upstreamErrors = {
  UPSTREAM_GONE: {
    status: 502,
    rpcCode: -32006,
    title: 'The MCP server went away; the call may or may not have run',
    cause: 'The connection to the MCP server ended after a part of the request may have reached it.',
    remedy: `${MAY_HAVE_RUN} GET /adapters/{name}/status and /logs say what became of the server.`,
  },
  UPSTREAM_REFUSED: {
    status: 502,
    rpcCode: -32006,
    title: 'The MCP server could not be reached; the call did not run',
    cause: 'The gateway could not connect to the replica of the MCP server.',
    remedy:
      'Send the request again. If the error persists, GET /adapters/{name}/status says why; most often the server does ' +
      'not listen on PORT.',
  },
  UPSTREAM_TLS_FAILED: {
    status: 502,
    rpcCode: -32006,
    title: 'The gateway and the MCP server do not trust each other; the call did not run',
    cause: 'The TLS handshake with the MCP server failed. detail says which side refuses the other, and why.',
    remedy: 'Correct the certificate of the server, or tls of the adapter (docs/credentials.md).',
  },
  UPSTREAM_NOT_ALLOWED: {
    status: 502,
    rpcCode: -32006,
    title: 'The gateway may not connect to the MCP server; the call did not run',
    cause:
      'The URL of a remote adapter leads to an address that is not public, such as one of a private network, and the ' +
      'operator has not permitted it. detail says what kind of address it is.',
    remedy:
      'Correct remote.url of the adapter, or have the operator add the address to MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS.',
  },
  UPSTREAM_INVALID: {
    status: 502,
    rpcCode: -32006,
    title: 'The MCP server gave an answer that cannot be passed on',
    cause:
      'The answer of the MCP server is a redirect that the gateway does not follow, or is not valid HTTP or MCP. detail ' +
      'says what. The call may have run.',
    remedy: 'Correct the server, or the path of the adapter, as detail says.',
  },
} as const satisfies Record<string, CatalogueEntry>;
