export {
  type CallInput,
  createGatewayClient,
  type Credentials,
  type GatewayClient,
  type GatewayClientOptions,
} from './client.js';
export { ConnectionError, GatewayError, type GatewayErrorCode, type FieldError } from './errors.js';
export { type Answer, operations, type OperationId, type Schemas, type StreamItem } from './operations.js';
export { type ServerSentEvent } from './streams.js';
