export { readChange, type SessionChange } from './scripts.js';
export { SessionKeyRing } from './key-ring.js';
export { sessionKeys, type SessionOwner } from './keys.js';
export { listSessions, type ListedSession } from './list.js';
export { type SessionRecord } from './record.js';
export {
  sessionRecords,
  type Opening,
  type Termination,
  type FoundSession,
  type SessionBounds,
  type SessionRecords,
  type SessionId,
  type SessionRef,
  type SessionActivity,
} from './records.js';
export {
  isSessionOf,
  MAX_SESSION_ID_LENGTH,
  MAX_UPSTREAM_ID_BYTES,
  unsealSessionId,
  sealSessionId,
  sessionKey,
  type SessionEnvelope,
  type SessionKeys,
} from './sealed-id.js';
