import { collectionOf, type ResourceKind } from '../contracts/resource.js';
import { type CatalogueEntry, MAY_HAVE_RUN, upstreamErrors } from './upstream-errors.js';

const noSuch = (kind: ResourceKind): CatalogueEntry => ({
  status: 404,
  rpcCode: -32003,
  title: `There is no such ${kind}`,
  cause: `No ${kind} has this name, it is being removed, or you may not use it. The answer is the same in all cases.`,
  remedy:
    `GET /${collectionOf(kind)} lists the ${collectionOf(kind)} that you may use. If yours is missing, ask its creator to add one of ` +
    'your roles to requiredRoles.',
});

const nameTaken = (kind: ResourceKind): CatalogueEntry => ({
  status: 409,
  rpcCode: -32000,
  title: `The ${kind} name is taken`,
  cause: `${kind === 'adapter' ? 'An' : 'A'} ${kind} of this name exists. It may be one that you may not see.`,
  remedy: `Choose another name, or PUT the existing ${kind} if it is yours.`,
});

/** Every error that the gateway itself answers with. */
export const errorCatalogue = {
  INVALID_REQUEST: {
    status: 400,
    rpcCode: -32000,
    title: 'The request is not valid',
    cause:
      'A field of the body or a parameter of the query is missing, unknown or out of range, or the body is not JSON.',
    remedy: 'Correct what detail and errors name. /openapi.json describes every field.',
  },
  SIGN_IN_REQUIRED: {
    status: 401,
    rpcCode: -32001,
    title: 'Sign-in is required',
    cause:
      'The request does not say who calls, or its access token or API key does not hold or has expired. detail says why.',
    remedy:
      'Get an access token from the issuer that WWW-Authenticate leads to, and send it in Authorization: Bearer, or send ' +
      'an API key there or in X-API-Key. With development sign-in, shorten the header that detail names.',
  },
  FORBIDDEN: {
    status: 403,
    rpcCode: -32002,
    title: 'You may not do this',
    cause: 'The caller has no right to do this, or its token does not list its groups. detail says which.',
    remedy:
      'Ask the creator of the resource or an administrator to do it or to give you the right. If groups are missing, ask ' +
      'the operator to have the issuer send roles or fewer groups.',
  },
  POLICY_DENIED: {
    status: 403,
    rpcCode: -32002,
    title: 'A policy of the adapter does not permit this',
    cause: 'You may use the adapter, and one of its policies refuses this message. detail says why.',
    remedy: 'Call another tool, or use other arguments, or ask the creator of the adapter to change its policies.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    rpcCode: -32002,
    title: 'Requests from this web origin are not allowed',
    cause: 'A web page made the browser send the request, and pages of its origin may not call the gateway.',
    remedy: 'If the page is yours, have the operator add its origin to MCP_GATEWAY_ALLOWED_ORIGINS.',
  },
  HOST_NOT_ALLOWED: {
    status: 403,
    rpcCode: -32002,
    title: 'Requests for this host are not allowed',
    cause: 'The gateway may not be called by the name in the Host header. This protects against DNS rebinding.',
    remedy: 'Use a name that is allowed, or have the operator add this one to MCP_GATEWAY_ALLOWED_HOSTS.',
  },
  NOT_FOUND: {
    status: 404,
    rpcCode: -32003,
    title: 'There is nothing at this address',
    cause: 'The path is not part of the API, or it names a part of a resource that does not exist.',
    remedy:
      'Correct the URL. /openapi.json lists all paths; MCP clients use /mcp, /mcp/t/{toolset} or /adapters/{name}/mcp.',
  },
  NO_LOGS: {
    status: 404,
    rpcCode: -32003,
    title: 'The gateway has no logs of this server',
    cause: 'The gateway does not run the server: it runs elsewhere, or the tool uses the server of an adapter.',
    remedy: 'GET .../status says whether the server answers. Read its logs where it runs.',
  },
  ADAPTER_NOT_FOUND: noSuch('adapter'),
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
  TOOL_NOT_FOUND: noSuch('tool'),
  TOOLSET_NOT_FOUND: noSuch('toolset'),
  METHOD_NOT_ALLOWED: {
    status: 405,
    rpcCode: -32000,
    title: 'The method is not allowed here',
    cause: 'The path exists and does not take this HTTP method.',
    remedy: 'Use a method that the Allow header of the answer lists.',
  },
  ADAPTER_EXISTS: nameTaken('adapter'),
  API_KEY_LIMIT: {
    status: 409,
    rpcCode: -32000,
    title: 'You have as many API keys as you may have',
    cause: 'A caller may have 100 API keys; keys that have expired count until they are revoked.',
    remedy: 'Revoke keys that you do not need with DELETE /api-keys/{id}; GET /api-keys lists them.',
  },
  TENANT_EXISTS: {
    status: 409,
    rpcCode: -32000,
    title: 'The tenant id is taken',
    cause: 'A tenant of this id exists.',
    remedy: 'Choose another id, or PUT the existing tenant.',
  },
  TENANT_IN_USE: {
    status: 409,
    rpcCode: -32000,
    title: 'The tenant still has resources',
    cause: 'Adapters, tools or toolsets belong to the tenant. Nothing was changed.',
    remedy: 'Remove its adapters, tools and toolsets first.',
  },
  TOOL_EXISTS: nameTaken('tool'),
  TOOLSET_EXISTS: nameTaken('toolset'),
  EDIT_CONFLICT: {
    status: 412,
    rpcCode: -32000,
    title: 'The resource has changed since you read it',
    cause:
      'If-Match, or the id, generation or hash in the body, is not the current one. Nothing was changed or approved.',
    remedy: 'Read the resource again, repeat your change on what you read, and send it.',
  },
  TOO_LARGE: {
    status: 413,
    rpcCode: -32005,
    title: 'The request body is too large',
    cause: 'The body is larger than the gateway accepts. No server has acted on the request.',
    remedy: 'Send less, or have the operator raise MCP_GATEWAY_MAX_BODY_BYTES for MCP messages.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    rpcCode: -32000,
    title: 'The content type is not supported',
    cause: 'The body is not application/json in UTF-8, or its encoding is none of gzip, deflate and br.',
    remedy: 'Send Content-Type: application/json in UTF-8.',
  },
  TOO_MANY_FAILURES: {
    status: 429,
    rpcCode: -32010,
    title: 'Too many API keys were refused',
    cause: 'Requests from this address, or with this API key, have failed to sign in several times within a minute.',
    remedy: 'Correct the API key and wait until Retry-After has passed. Programs that know the key already go on.',
  },
  SESSION_LIMIT: {
    status: 429,
    rpcCode: -32010,
    title: 'Too many sessions are open',
    cause: 'The caller or the adapter has as many open sessions as it may have. detail says which.',
    remedy:
      'End sessions that you do not need (DELETE /adapters/{name}/sessions/{id}), wait until idle sessions end, or raise ' +
      'the limits in sessions of the adapter.',
  },
  STREAM_LIMIT: {
    status: 429,
    rpcCode: -32010,
    title: 'Too many streams of events are open',
    cause: 'The caller has as many streams of GET /events open as one caller may have.',
    remedy: 'End streams that you do not read. One stream carries the events of everything that you may see.',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    rpcCode: -32011,
    title: 'The quota is used up',
    cause:
      'The operator of the gateway limits how much each tenant, a group of callers, may use, and your group has reached ' +
      'a limit. detail names it and when it resets.',
    remedy:
      'The request has not run. Send it again after as many seconds as Retry-After says. If there is no Retry-After, end or ' +
      'remove something that you no longer need. If the limit is too low for you, ask the operator (a caller with the ' +
      'role mcp.admin) to raise it. GET /tenants/{id}/quota shows the limits of your tenant and what is used of them.',
  },
  INTERNAL: {
    status: 500,
    rpcCode: -32603,
    title: 'The gateway failed; its log has the cause',
    cause: 'Something failed inside the gateway that it did not expect.',
    remedy: 'Look at the log of the gateway at the time of the request, and report the fault with that log entry.',
  },
  CREDENTIAL_UNAVAILABLE: {
    status: 502,
    rpcCode: -32011,
    title: 'The gateway has no credential for the MCP server; the call did not run',
    cause:
      'The adapter names a credential, and the gateway cannot give it: the operator has not configured it, or the ' +
      'authorization server refuses it for this caller. detail says which.',
    remedy:
      'If detail names a refusal of the authorization server, sign in again or have the operator grant what it names. ' +
      'Otherwise the operator finds the reason in the log of the gateway (docs/credentials.md).',
  },
  CREDENTIAL_REFUSED: {
    status: 502,
    rpcCode: -32011,
    title: 'The MCP server refused the credential of the gateway; the call did not run',
    cause: 'The MCP server answered 401 to a request that had the credential of the adapter.',
    remedy:
      'Send the request again: the gateway gets a new credential first. If the error persists, the credential that the ' +
      'operator has configured is not one that the server accepts.',
  },
  ...upstreamErrors,
  WRITE_CONTENTION: {
    status: 503,
    rpcCode: -32008,
    title: 'Other callers keep changing the resource; nothing was changed',
    cause: 'Each time the gateway tried to write, another caller had changed the same resource a moment before.',
    remedy: 'Send the request again after Retry-After. Find out which programs change the resource all the time.',
  },
  NO_READY_REPLICA: {
    status: 503,
    rpcCode: -32007,
    title: 'No replica of the adapter is ready',
    cause: 'The replicas are starting, they cannot start, or the adapter is scaled to zero. detail says which.',
    remedy:
      'While they start, try again after Retry-After. Otherwise GET /adapters/{name}/status says what to do; a ' +
      'replicaCount of 1 or more starts an adapter that is scaled to zero.',
  },
  UNAVAILABLE: {
    status: 503,
    rpcCode: -32008,
    title: 'A part that this request needs is not available',
    cause: 'The database, Redis, the control plane or the runtime is down or at its limit, or the gateway is starting.',
    remedy:
      'Try again after Retry-After. After a change, read the resource first: the change may have been made. If the error ' +
      'persists, the log of the gateway names the part.',
  },
  UPSTREAM_TIMEOUT: {
    status: 504,
    rpcCode: -32009,
    title: 'The MCP server did not answer in time; the call may or may not have run',
    cause: 'The MCP server did not begin its answer within the time limit of the gateway.',
    remedy:
      `${MAY_HAVE_RUN} A tool that takes long answers with an event stream; or have the operator raise ` +
      'MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
