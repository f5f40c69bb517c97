export { isAmbiguous } from './ambiguity.js';
export { EndpointEvent } from './endpoint-event.js';
export { eraOf, eraOfMessage, isContradictory, type Era } from './era.js';
export {
  announcesEventStream,
  EventReader,
  isEventStream,
  readEvents,
  writeEvent,
  type ServerSentEvent,
} from './event-stream.js';
export {
  endToEndHeaders,
  HEADER,
  headerValue,
  headerValues,
  mapHeaders,
  withoutHeaders,
  type HeaderList,
} from './header-list.js';
export { isRepeatable, messagesOf, readMessage, rpcError, rpcErrorBody, type Message, type RpcId } from './json-rpc.js';
export { IDENTITY_TOKEN, identityHeaders, requestHeaders, type Addition, type Identity } from './request-headers.js';
export { responseHeaders } from './response-headers.js';
export { ResponseReader } from './response-reader.js';
