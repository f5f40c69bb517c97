import { header, name, query, ref } from './parts.js';

const rpcError = (description: string) => ({ description, content: { 'application/json': { schema: ref('JsonRpcError') } } });
const events = (description: string) => ({ description, content: { 'text/event-stream': { schema: { type: 'string' } } } });
const message = { schema: ref('JsonRpcMessage') };

const toolsetName = { ...name, description: 'Name of the toolset.' };
const sessionHeader = header('Mcp-Session-Id', 'Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions.');
const versionHeader = header('MCP-Protocol-Version', 'Version of MCP that client and server agreed on.');
const lastEventHeader = header('Last-Event-ID', 'Id of the last event that the client has received. The stream resumes after it.');

/** Errors of the gateway itself. Every other answer comes from the server. */
const refusals = {
  401: rpcError('The request does not identify its caller in a way that the gateway accepts.'),
  403: rpcError('A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed.'),
  404: rpcError('The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one.'),
  502: rpcError('The server disconnected or gave no valid answer. The message says whether the call may have run.'),
  503: rpcError('No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After.'),
};
const refusedBody = {
  400: rpcError('The request is not valid.'),
  413: rpcError('The message is larger than the operator allows; 4 MiB unless configured.'),
  429: rpcError('Too many sessions are open, or the quota of the tenant is used up. Try again after Retry-After.'),
  504: rpcError('The server did not answer in time. The call may or may not have run.'),
};
const posted = {
  required: true,
  description: 'One JSON-RPC message.',
  content: {
    'application/json': {
      ...message,
      examples: {
        call: {
          summary: 'Call a tool',
          value: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: { a: 1, b: 2 } } },
        },
      },
    },
  },
};
const accepted = { description: 'A notification or a response is accepted.' };

/** Streamable HTTP at the URL of all tools, or of one toolset. @param id ends the ids of the operations */
const toolPath = (what: string, id: string) => ({
  post: {
    tags: ['mcp'],
    operationId: `postMessageTo${id}`,
    summary: `Send a message to ${what}`,
    description:
      'Streamable HTTP of MCP: lists and calls the tools that you may use, whichever server they come from. A client of MCP ' +
      '2025-11-25 or earlier has a session; one of 2026-07-28 has none.',
    parameters: [sessionHeader, versionHeader],
    requestBody: posted,
    responses: {
      200: {
        description: 'The answer: a message, or an event stream that ends with the message.',
        headers: { 'Mcp-Session-Id': { description: 'Id of the session that the answer opens.', schema: { type: 'string' } } },
        content: { 'application/json': message, 'text/event-stream': { schema: { type: 'string' } } },
      },
      202: accepted,
      ...refusedBody,
      ...refusals,
    },
  },
  get: {
    tags: ['mcp'],
    operationId: `openStreamOf${id}`,
    summary: `Open the stream of ${what}`,
    description: 'Opens the stream on which a session gets requests and notifications, such as that tools have changed.',
    parameters: [sessionHeader, versionHeader],
    responses: {
      200: events('Messages as events, while both sides keep the stream open.'),
      405: rpcError('There is no stream.'),
      ...refusals,
    },
  },
  delete: {
    tags: ['mcp'],
    operationId: `endSessionOf${id}`,
    summary: `End your session at ${what}`,
    description: 'Ends the session of the client.',
    parameters: [sessionHeader, versionHeader],
    responses: { 204: { description: 'The session has ended.' }, ...refusals },
  },
});

/** The paths that MCP clients use. https://modelcontextprotocol.io/specification defines the messages. */
export const mcpPaths = {
  '/adapters/{name}/mcp': {
    parameters: [name],
    post: {
      tags: ['mcp'],
      operationId: 'postMcpMessage',
      summary: 'Send a message to the server',
      description:
        'Streamable HTTP of MCP: sends a message to the server of the adapter and answers with what the server answers. ' +
        'Statuses, headers and bodies are the server’s own, unless the gateway refuses the request.',
      parameters: [sessionHeader, versionHeader],
      requestBody: posted,
      responses: {
        200: {
          description: 'The answer of the server: a message, or an event stream that ends with the message.',
          headers: { 'Mcp-Session-Id': { description: 'Id of the session that the answer opens.', schema: { type: 'string' } } },
          content: { 'application/json': message, 'text/event-stream': { schema: { type: 'string' } } },
        },
        202: accepted,
        ...refusedBody,
        ...refusals,
      },
    },
    get: {
      tags: ['mcp'],
      operationId: 'openMcpStream',
      summary: 'Open the stream of the server',
      description: 'Opens the stream on which the server sends requests and notifications in a session, or resumes a stream.',
      parameters: [sessionHeader, versionHeader, lastEventHeader],
      responses: {
        200: events('Messages of the server as events, while both sides keep the stream open.'),
        405: rpcError('The server offers no stream.'),
        ...refusals,
      },
    },
    delete: {
      tags: ['mcp'],
      operationId: 'endMcpSession',
      summary: 'End your session',
      description: 'Ends the session of the client on the gateway and on the server.',
      parameters: [sessionHeader, versionHeader],
      responses: { 204: { description: 'The session has ended.' }, ...refusals },
    },
  },
  '/adapters/{name}/sse': {
    parameters: [name],
    get: {
      tags: ['mcp'],
      operationId: 'openSseStream',
      summary: 'Open a stream of the older transport',
      description: 'HTTP+SSE of MCP 2024-11-05. The first event, `endpoint`, says where to send messages.',
      responses: { 200: events('The `endpoint` event, then messages of the server.'), 429: refusedBody[429], ...refusals },
    },
  },
  '/adapters/{name}/messages': {
    parameters: [name],
    post: {
      tags: ['mcp'],
      operationId: 'postSseMessage',
      summary: 'Send a message of the older transport',
      description: 'HTTP+SSE of MCP 2024-11-05: sends a message. The answer comes on the stream.',
      parameters: [{ ...query('sessionId', 'The value in the URL of the `endpoint` event.', { type: 'string' }), required: true }],
      requestBody: posted,
      responses: { 202: accepted, 400: refusedBody[400], 413: refusedBody[413], ...refusals, 504: refusedBody[504] },
    },
  },
  '/mcp': toolPath('all tools', 'Tools'),
  '/mcp/t/{name}': { parameters: [toolsetName], ...toolPath('a toolset', 'Toolset') },
};

/** The part of JSON-RPC 2.0 §4 and §5 that the gateway uses. */
export const mcpSchemas = {
  JsonRpcMessage: {
    type: 'object',
    description: 'A request, a notification or a response of JSON-RPC 2.0. MCP defines its contents.',
    properties: {
      jsonrpc: { const: '2.0', description: 'Version of JSON-RPC.' },
      id: { type: ['string', 'number'], description: 'Id of a request and of its response.' },
      method: { type: 'string', description: 'Name of the method that a request or a notification calls.' },
      params: { type: 'object', description: 'Parameters of the method.' },
      result: { type: 'object', description: 'Result in a response.' },
      error: { type: 'object', description: 'Error in the response to a request that failed.' },
    },
    required: ['jsonrpc'],
  },
  JsonRpcError: {
    type: 'object',
    description: 'An error of the gateway on MCP paths.',
    properties: {
      jsonrpc: { const: '2.0', description: 'Version of JSON-RPC.' },
      id: { type: ['string', 'number', 'null'], description: 'Id of the request, if the gateway knows it.' },
      error: {
        type: 'object',
        description: 'What is wrong.',
        properties: {
          code: { type: 'integer', description: 'Code of JSON-RPC.' },
          message: { type: 'string', description: 'What is wrong and what to do, for people.' },
          data: {
            type: 'object',
            description: 'Data for programs.',
            properties: { code: { type: 'string', description: 'The kind of error, such as `SESSION_NOT_FOUND`.' } },
          },
        },
        required: ['code', 'message'],
      },
    },
    required: ['jsonrpc', 'error'],
  },
};
