import { header, name, query, ref } from './parts.js';

const rpcError = (description: string) => ({ description, content: { 'application/json': { schema: ref('JsonRpcError') } } });
const events = (description: string) => ({ description, content: { 'text/event-stream': { schema: { type: 'string' } } } });
const message = { schema: ref('JsonRpcMessage') };

const sessionHeader = header('Mcp-Session-Id', 'Id of the session, as the answer to `initialize` gave it. Not for 2026-07-28.');
const versionHeader = header('MCP-Protocol-Version', 'Version of MCP that client and server agreed on.');
const lastEventHeader = header('Last-Event-ID', 'Id of the last event that the client has seen; the stream goes on after it.');

/** The gateway's own refusals; all else is the server's word, as it came. */
const refusals = {
  401: rpcError('The request does not say who calls in a way that the gateway accepts.'),
  403: rpcError('Requests from this web origin or for this host are not allowed.'),
  404: rpcError('There is no such adapter or you may not use it, or there is no such session: initialize a new one.'),
  502: rpcError('The server went away or gave no valid answer. The message says whether the call may have run.'),
  503: rpcError('No replica is ready, or a part that the request needs is not available; try again after Retry-After.'),
};
const refusedBody = {
  400: rpcError('The request is not valid.'),
  413: rpcError('The message is larger than the operator allows; 4 MiB unless configured.'),
  429: rpcError('Too many sessions are open.'),
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

/** What MCP clients use. The specification of MCP says the rest: https://modelcontextprotocol.io/specification */
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
          description: 'The answer of the server: a message, or a stream of events that ends with it.',
          headers: { 'Mcp-Session-Id': { description: 'Where the answer opens a session.', schema: { type: 'string' } } },
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
      description: 'Opens the stream with requests and notifications of the server in a session, or resumes a stream.',
      parameters: [sessionHeader, versionHeader, lastEventHeader],
      responses: {
        200: events('Messages of the server as events, for as long as both sides keep it open.'),
        405: rpcError('The server has no such stream.'),
        ...refusals,
      },
    },
    delete: {
      tags: ['mcp'],
      operationId: 'endMcpSession',
      summary: 'End the own session',
      description: 'Ends the session of the client, on the gateway and on the server.',
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
      responses: { 200: events('The endpoint event, then messages of the server.'), 429: refusedBody[429], ...refusals },
    },
  },
  '/adapters/{name}/messages': {
    parameters: [name],
    post: {
      tags: ['mcp'],
      operationId: 'postSseMessage',
      summary: 'Send a message of the older transport',
      description: 'HTTP+SSE of MCP 2024-11-05: sends a message; its answer comes on the stream.',
      parameters: [{ ...query('sessionId', 'As in the endpoint event.', { type: 'string' }), required: true }],
      requestBody: posted,
      responses: { 202: accepted, 400: refusedBody[400], 413: refusedBody[413], ...refusals, 504: refusedBody[504] },
    },
  },
};

/** JSON-RPC 2.0 §4 and §5, as far as the gateway has a part in it. */
export const mcpSchemas = {
  JsonRpcMessage: {
    type: 'object',
    description: 'A request, a notification or a response of JSON-RPC 2.0, with what MCP says of its contents.',
    properties: {
      jsonrpc: { const: '2.0', description: 'Version of JSON-RPC.' },
      id: { type: ['string', 'number'], description: 'Of a request, and of the response to it.' },
      method: { type: 'string', description: 'Of a request or a notification.' },
      params: { type: 'object', description: 'Of the method.' },
      result: { type: 'object', description: 'Of a response.' },
      error: { type: 'object', description: 'Of a response to a request that failed.' },
    },
    required: ['jsonrpc'],
  },
  JsonRpcError: {
    type: 'object',
    description: 'An error of the gateway on MCP paths.',
    properties: {
      jsonrpc: { const: '2.0', description: 'Version of JSON-RPC.' },
      id: { type: ['string', 'number', 'null'], description: 'Of the request, as far as it is known.' },
      error: {
        type: 'object',
        description: 'What is wrong.',
        properties: {
          code: { type: 'integer', description: 'Code of JSON-RPC.' },
          message: { type: 'string', description: 'What is wrong and what to do, for people.' },
          data: {
            type: 'object',
            description: 'For programs.',
            properties: { code: { type: 'string', description: 'The kind of error, such as `SESSION_NOT_FOUND`.' } },
          },
        },
        required: ['code', 'message'],
      },
    },
    required: ['jsonrpc', 'error'],
  },
};
