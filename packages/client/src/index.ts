export { createGatewayClient, type Credentials, type GatewayClient, type GatewayClientOptions } from './client.js';
export { ConnectionError, type FieldError, GatewayError, type GatewayErrorCode } from './errors.js';
export type { PagedId } from './generated/calls.js';
export { type Answer, type CallInput, type OperationId, operations, type Schemas } from './operations.js';
export type { ServerSentEvent } from './streams.js';
