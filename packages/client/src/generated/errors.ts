// `node packages/client/generate.mjs` writes this file.
export const errorTable = {
  "INVALID_REQUEST": {
    "status": 400,
    "title": "The request is not valid",
    "remedy": "Correct what detail and errors name. /openapi.json describes every field."
  },
  "SIGN_IN_REQUIRED": {
    "status": 401,
    "title": "Sign-in is required",
    "remedy": "Get an access token from the issuer that WWW-Authenticate leads to, and send it in Authorization: Bearer, or send an API key there or in X-API-Key. With development sign-in, shorten the header that detail names."
  },
  "FORBIDDEN": {
    "status": 403,
    "title": "You may not do this",
    "remedy": "Ask the creator of the resource or an administrator to do it or to give you the right. If groups are missing, ask the operator to have the issuer send roles or fewer groups."
  },
  "POLICY_DENIED": {
    "status": 403,
    "title": "A policy of the adapter does not permit this",
    "remedy": "Call another tool, or use other arguments, or ask the creator of the adapter to change its policies."
  },
  "ORIGIN_NOT_ALLOWED": {
    "status": 403,
    "title": "Requests from this web origin are not allowed",
    "remedy": "If the page is yours, have the operator add its origin to MCP_GATEWAY_ALLOWED_ORIGINS."
  },
  "HOST_NOT_ALLOWED": {
    "status": 403,
    "title": "Requests for this host are not allowed",
    "remedy": "Use a name that is allowed, or have the operator add this one to MCP_GATEWAY_ALLOWED_HOSTS."
  },
  "NOT_FOUND": {
    "status": 404,
    "title": "There is nothing at this address",
    "remedy": "Correct the URL. /openapi.json lists all paths; MCP clients use /mcp, /mcp/t/{toolset} or /adapters/{name}/mcp."
  },
  "NO_LOGS": {
    "status": 404,
    "title": "The gateway has no logs of this server",
    "remedy": "GET .../status says whether the server answers. Read its logs where it runs."
  },
  "ADAPTER_NOT_FOUND": {
    "status": 404,
    "title": "There is no such adapter",
    "remedy": "GET /adapters lists the adapters that you may use. If yours is missing, ask its creator to add one of your roles to requiredRoles."
  },
  "API_KEY_NOT_FOUND": {
    "status": 404,
    "title": "There is no such API key",
    "remedy": "GET /api-keys lists your keys. The id is the part of a key between its first two underscores."
  },
  "SESSION_NOT_FOUND": {
    "status": 404,
    "title": "There is no such session; initialize a new one",
    "remedy": "Send initialize again. MCP clients do this by themselves."
  },
  "TENANT_NOT_FOUND": {
    "status": 404,
    "title": "There is no such tenant",
    "remedy": "GET /tenants lists the tenants that you administer."
  },
  "TOOL_NOT_FOUND": {
    "status": 404,
    "title": "There is no such tool",
    "remedy": "GET /tools lists the tools that you may use. If yours is missing, ask its creator to add one of your roles to requiredRoles."
  },
  "TOOLSET_NOT_FOUND": {
    "status": 404,
    "title": "There is no such toolset",
    "remedy": "GET /toolsets lists the toolsets that you may use. If yours is missing, ask its creator to add one of your roles to requiredRoles."
  },
  "METHOD_NOT_ALLOWED": {
    "status": 405,
    "title": "The method is not allowed here",
    "remedy": "Use a method that the Allow header of the answer lists."
  },
  "ADAPTER_EXISTS": {
    "status": 409,
    "title": "The adapter name is taken",
    "remedy": "Choose another name, or PUT the existing adapter if it is yours."
  },
  "API_KEY_LIMIT": {
    "status": 409,
    "title": "You have as many API keys as you may have",
    "remedy": "Revoke keys that you do not need with DELETE /api-keys/{id}; GET /api-keys lists them."
  },
  "TENANT_EXISTS": {
    "status": 409,
    "title": "The tenant id is taken",
    "remedy": "Choose another id, or PUT the existing tenant."
  },
  "TENANT_IN_USE": {
    "status": 409,
    "title": "The tenant still has resources",
    "remedy": "Remove its adapters, tools and toolsets first."
  },
  "TOOL_EXISTS": {
    "status": 409,
    "title": "The tool name is taken",
    "remedy": "Choose another name, or PUT the existing tool if it is yours."
  },
  "TOOLSET_EXISTS": {
    "status": 409,
    "title": "The toolset name is taken",
    "remedy": "Choose another name, or PUT the existing toolset if it is yours."
  },
  "EDIT_CONFLICT": {
    "status": 412,
    "title": "The resource has changed since you read it",
    "remedy": "Read the resource again, repeat your change on what you read, and send it."
  },
  "TOO_LARGE": {
    "status": 413,
    "title": "The request body is too large",
    "remedy": "Send less, or have the operator raise MCP_GATEWAY_MAX_BODY_BYTES for MCP messages."
  },
  "UNSUPPORTED_MEDIA_TYPE": {
    "status": 415,
    "title": "The content type is not supported",
    "remedy": "Send Content-Type: application/json in UTF-8."
  },
  "TOO_MANY_FAILURES": {
    "status": 429,
    "title": "Too many API keys were refused",
    "remedy": "Correct the API key and wait until Retry-After has passed. Programs that know the key already go on."
  },
  "SESSION_LIMIT": {
    "status": 429,
    "title": "Too many sessions are open",
    "remedy": "End sessions that you do not need (DELETE /adapters/{name}/sessions/{id}), wait until idle sessions end, or raise the limits in sessions of the adapter."
  },
  "STREAM_LIMIT": {
    "status": 429,
    "title": "Too many streams of events are open",
    "remedy": "End streams that you do not read. One stream carries the events of everything that you may see."
  },
  "QUOTA_EXCEEDED": {
    "status": 429,
    "title": "The quota is used up",
    "remedy": "The request has not run. Send it again after as many seconds as Retry-After says. If there is no Retry-After, end or remove something that you no longer need. If the limit is too low for you, ask the operator (a caller with the role mcp.admin) to raise it. GET /tenants/{id}/quota shows the limits of your tenant and what is used of them."
  },
  "INTERNAL": {
    "status": 500,
    "title": "The gateway failed; its log has the cause",
    "remedy": "Look at the log of the gateway at the time of the request, and report the fault with that log entry."
  },
  "CREDENTIAL_UNAVAILABLE": {
    "status": 502,
    "title": "The gateway has no credential for the MCP server; the call did not run",
    "remedy": "If detail names a refusal of the authorization server, sign in again or have the operator grant what it names. Otherwise the operator finds the reason in the log of the gateway (docs/credentials.md)."
  },
  "CREDENTIAL_REFUSED": {
    "status": 502,
    "title": "The MCP server refused the credential of the gateway; the call did not run",
    "remedy": "Send the request again: the gateway gets a new credential first. If the error persists, the credential that the operator has configured is not one that the server accepts."
  },
  "UPSTREAM_GONE": {
    "status": 502,
    "title": "The MCP server went away; the call may or may not have run",
    "remedy": "Find out whether the call had its effect before you repeat it. GET /adapters/{name}/status and /logs say what became of the server."
  },
  "UPSTREAM_REFUSED": {
    "status": 502,
    "title": "The MCP server could not be reached; the call did not run",
    "remedy": "Send the request again. If the error persists, GET /adapters/{name}/status says why; most often the server does not listen on PORT."
  },
  "UPSTREAM_TLS_FAILED": {
    "status": 502,
    "title": "The gateway and the MCP server do not trust each other; the call did not run",
    "remedy": "Correct the certificate of the server, or tls of the adapter (docs/credentials.md)."
  },
  "UPSTREAM_NOT_ALLOWED": {
    "status": 502,
    "title": "The gateway may not connect to the MCP server; the call did not run",
    "remedy": "Correct remote.url of the adapter, or have the operator add the address to MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS."
  },
  "UPSTREAM_INVALID": {
    "status": 502,
    "title": "The MCP server gave an answer that cannot be passed on",
    "remedy": "Correct the server, or the path of the adapter, as detail says."
  },
  "WRITE_CONTENTION": {
    "status": 503,
    "title": "Other callers keep changing the resource; nothing was changed",
    "remedy": "Send the request again after Retry-After. Find out which programs change the resource all the time."
  },
  "NO_READY_REPLICA": {
    "status": 503,
    "title": "No replica of the adapter is ready",
    "remedy": "While they start, try again after Retry-After. Otherwise GET /adapters/{name}/status says what to do; a replicaCount of 1 or more starts an adapter that is scaled to zero."
  },
  "UNAVAILABLE": {
    "status": 503,
    "title": "A part that this request needs is not available",
    "remedy": "Try again after Retry-After. After a change, read the resource first: the change may have been made. If the error persists, the log of the gateway names the part."
  },
  "UPSTREAM_TIMEOUT": {
    "status": 504,
    "title": "The MCP server did not answer in time; the call may or may not have run",
    "remedy": "Find out whether the call had its effect before you repeat it. A tool that takes long answers with an event stream; or have the operator raise MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS."
  }
} as const;
