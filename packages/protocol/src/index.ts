export { EndpointEvent } from './endpoint-event.js';
export { eraOf, eraOfMessage, isContradictory, type Era } from './era.js';
export { EventReader } from './event-reader.js';
export { announcesEventStream, isEventStream, readEvents, writeEvent, type ServerSentEvent } from './event-stream.js';
export { endToEndHeaders, HEADER, identityHeaders, requestHeaders, type Addition, type Identity } from './headers.js';
export { rpcError, rpcErrorBody } from './json-rpc.js';
export { messagesOf, readMessage, type Message, type RequestId } from './message.js';
export { isRepeatable } from './repeatable.js';
export { responseHeaders } from './response-headers.js';
export { ResponseReader } from './response-reader.js';
export {
  isSessionOf,
  MAX_SESSION_ID_LENGTH,
  MAX_UPSTREAM_ID_BYTES,
  openSessionId,
  sealSessionId,
  sessionKey,
  type SessionEnvelope,
  type SessionKey,
} from './session-id.js';
