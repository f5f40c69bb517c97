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

/** The errors of the catalogue for names and ids that mean nothing to the caller. */
export const missing = {
  ADAPTER_NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is no such adapter',
    cause: 'No adapter has this name, it is being removed, or you may not use it. The answer is the same in all cases.',
    remedy:
      'GET /adapters lists the adapters that you may use. If yours is missing, ask its creator to add one of your roles ' +
      'to requiredRoles.',
  },
  API_KEY_NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is no such API key',
    cause: 'No API key has this id, it was revoked, or it is not yours. The answer is the same in all cases.',
    remedy: 'GET /api-keys lists your keys. The id is the part of a key between its first two underscores.',
  },
  SESSION_NOT_FOUND: {
    status: 404,
    rpcCode: -32004,
    title: 'There is no such session; initialize a new one',
    cause:
      'The session was ended or idle for too long, its replica is gone and the session cannot move, or the id belongs to ' +
      'another caller or adapter.',
    remedy: 'Send initialize again. MCP clients do this by themselves.',
  },
  TENANT_NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is no such tenant',
    cause: 'No tenant has this id, or you are not one of its administrators. The answer is the same in both cases.',
    remedy: 'GET /tenants lists the tenants that you administer.',
  },
  TOOL_NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is no such tool',
    cause: 'No tool has this name, it is being removed, or you may not use it. The answer is the same in all cases.',
    remedy:
      'GET /tools lists the tools that you may use. If yours is missing, ask its creator to add one of your roles to ' +
      'requiredRoles.',
  },
  TOOLSET_NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is no such toolset',
    cause: 'No toolset has this name, it is being removed, or you may not use it. The answer is the same in all cases.',
    remedy:
      'GET /toolsets lists the toolsets that you may use. If yours is missing, ask its creator to add one of your roles ' +
      'to requiredRoles.',
  },
} as const satisfies Record<string, CatalogueEntry>;
