// `node packages/client/generate.mjs` writes this file.
export const operationTable = {
  "listAdapters": {
    "method": "get",
    "path": "/adapters",
    "tag": "adapters",
    "type": "application/json"
  },
  "createAdapter": {
    "method": "post",
    "path": "/adapters",
    "tag": "adapters",
    "type": "application/json"
  },
  "getAdapter": {
    "method": "get",
    "path": "/adapters/{name}",
    "tag": "adapters",
    "type": "application/json"
  },
  "replaceAdapter": {
    "method": "put",
    "path": "/adapters/{name}",
    "tag": "adapters",
    "type": "application/json"
  },
  "deleteAdapter": {
    "method": "delete",
    "path": "/adapters/{name}",
    "tag": "adapters",
    "type": null
  },
  "getAdapterStatus": {
    "method": "get",
    "path": "/adapters/{name}/status",
    "tag": "adapters",
    "type": "application/json"
  },
  "getAdapterLogs": {
    "method": "get",
    "path": "/adapters/{name}/logs",
    "tag": "adapters",
    "type": "text/plain"
  },
  "listSessions": {
    "method": "get",
    "path": "/adapters/{name}/sessions",
    "tag": "sessions",
    "type": "application/json"
  },
  "endSession": {
    "method": "delete",
    "path": "/adapters/{name}/sessions/{id}",
    "tag": "sessions",
    "type": null
  },
  "listTools": {
    "method": "get",
    "path": "/tools",
    "tag": "tools",
    "type": "application/json"
  },
  "createTool": {
    "method": "post",
    "path": "/tools",
    "tag": "tools",
    "type": "application/json"
  },
  "getTool": {
    "method": "get",
    "path": "/tools/{name}",
    "tag": "tools",
    "type": "application/json"
  },
  "replaceTool": {
    "method": "put",
    "path": "/tools/{name}",
    "tag": "tools",
    "type": "application/json"
  },
  "deleteTool": {
    "method": "delete",
    "path": "/tools/{name}",
    "tag": "tools",
    "type": null
  },
  "getToolStatus": {
    "method": "get",
    "path": "/tools/{name}/status",
    "tag": "tools",
    "type": "application/json"
  },
  "getToolLogs": {
    "method": "get",
    "path": "/tools/{name}/logs",
    "tag": "tools",
    "type": "text/plain"
  },
  "listDefinitionChanges": {
    "method": "get",
    "path": "/tools/{name}/definition-changes",
    "tag": "tools",
    "type": "application/json"
  },
  "approveDefinitions": {
    "method": "post",
    "path": "/tools/{name}/definition-changes/approve",
    "tag": "tools",
    "type": "application/json"
  },
  "listToolsets": {
    "method": "get",
    "path": "/toolsets",
    "tag": "toolsets",
    "type": "application/json"
  },
  "createToolset": {
    "method": "post",
    "path": "/toolsets",
    "tag": "toolsets",
    "type": "application/json"
  },
  "getToolset": {
    "method": "get",
    "path": "/toolsets/{name}",
    "tag": "toolsets",
    "type": "application/json"
  },
  "replaceToolset": {
    "method": "put",
    "path": "/toolsets/{name}",
    "tag": "toolsets",
    "type": "application/json"
  },
  "deleteToolset": {
    "method": "delete",
    "path": "/toolsets/{name}",
    "tag": "toolsets",
    "type": null
  },
  "getToolsetStatus": {
    "method": "get",
    "path": "/toolsets/{name}/status",
    "tag": "toolsets",
    "type": "application/json"
  },
  "getRegistry": {
    "method": "get",
    "path": "/registry",
    "tag": "registry",
    "type": "application/json"
  },
  "listRegistryServers": {
    "method": "get",
    "path": "/registry/v0.1/servers",
    "tag": "registry",
    "type": "application/json"
  },
  "listRegistryServerVersions": {
    "method": "get",
    "path": "/registry/v0.1/servers/{server}/versions",
    "tag": "registry",
    "type": "application/json"
  },
  "getRegistryServerVersion": {
    "method": "get",
    "path": "/registry/v0.1/servers/{server}/versions/{version}",
    "tag": "registry",
    "type": "application/json"
  },
  "streamEvents": {
    "method": "get",
    "path": "/events",
    "tag": "events",
    "type": "text/event-stream"
  },
  "listTenants": {
    "method": "get",
    "path": "/tenants",
    "tag": "tenants",
    "type": "application/json"
  },
  "createTenant": {
    "method": "post",
    "path": "/tenants",
    "tag": "tenants",
    "type": "application/json"
  },
  "getTenant": {
    "method": "get",
    "path": "/tenants/{id}",
    "tag": "tenants",
    "type": "application/json"
  },
  "replaceTenant": {
    "method": "put",
    "path": "/tenants/{id}",
    "tag": "tenants",
    "type": "application/json"
  },
  "deleteTenant": {
    "method": "delete",
    "path": "/tenants/{id}",
    "tag": "tenants",
    "type": null
  },
  "getQuota": {
    "method": "get",
    "path": "/tenants/{id}/quota",
    "tag": "tenants",
    "type": "application/json"
  },
  "replaceQuota": {
    "method": "put",
    "path": "/tenants/{id}/quota",
    "tag": "tenants",
    "type": "application/json"
  },
  "listApiKeys": {
    "method": "get",
    "path": "/api-keys",
    "tag": "api-keys",
    "type": "application/json"
  },
  "createApiKey": {
    "method": "post",
    "path": "/api-keys",
    "tag": "api-keys",
    "type": "application/json"
  },
  "getApiKey": {
    "method": "get",
    "path": "/api-keys/{id}",
    "tag": "api-keys",
    "type": "application/json"
  },
  "revokeApiKey": {
    "method": "delete",
    "path": "/api-keys/{id}",
    "tag": "api-keys",
    "type": null
  },
  "listAuditRecords": {
    "method": "get",
    "path": "/audit",
    "tag": "audit",
    "type": "application/json"
  },
  "exportAuditRecords": {
    "method": "get",
    "path": "/audit/export",
    "tag": "audit",
    "type": "application/x-ndjson"
  },
  "explainPermission": {
    "method": "get",
    "path": "/permissions/explain",
    "tag": "permissions",
    "type": "application/json"
  },
  "openMcpStream": {
    "method": "get",
    "path": "/adapters/{name}/mcp",
    "tag": "mcp",
    "type": "text/event-stream"
  },
  "postMcpMessage": {
    "method": "post",
    "path": "/adapters/{name}/mcp",
    "tag": "mcp",
    "type": "application/json"
  },
  "endMcpSession": {
    "method": "delete",
    "path": "/adapters/{name}/mcp",
    "tag": "mcp",
    "type": null
  },
  "openSseStream": {
    "method": "get",
    "path": "/adapters/{name}/sse",
    "tag": "mcp",
    "type": "text/event-stream"
  },
  "postSseMessage": {
    "method": "post",
    "path": "/adapters/{name}/messages",
    "tag": "mcp",
    "type": null
  },
  "openStreamOfTools": {
    "method": "get",
    "path": "/mcp",
    "tag": "mcp",
    "type": "text/event-stream"
  },
  "postMessageToTools": {
    "method": "post",
    "path": "/mcp",
    "tag": "mcp",
    "type": "application/json"
  },
  "endSessionOfTools": {
    "method": "delete",
    "path": "/mcp",
    "tag": "mcp",
    "type": null
  },
  "openStreamOfToolset": {
    "method": "get",
    "path": "/mcp/t/{name}",
    "tag": "mcp",
    "type": "text/event-stream"
  },
  "postMessageToToolset": {
    "method": "post",
    "path": "/mcp/t/{name}",
    "tag": "mcp",
    "type": "application/json"
  },
  "endSessionOfToolset": {
    "method": "delete",
    "path": "/mcp/t/{name}",
    "tag": "mcp",
    "type": null
  }
} as const;
