export { eraOf, type Era } from './era.js';
export { HEADER, requestHeaders, responseHeaders, type Identity } from './headers.js';
export { rpcErrorBody } from './json-rpc.js';
export {
  MAX_SESSION_ID_LENGTH,
  openSessionId,
  sealSessionId,
  sessionKey,
  type SessionEnvelope,
  type SessionKey,
} from './session-id.js';
