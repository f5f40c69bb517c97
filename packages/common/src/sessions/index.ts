export { readChange, type SessionChange } from './change.js';
export { listSessions, type ListedSession } from './list.js';
export { type SessionRecord } from './record.js';
export {
  sessionRecords,
  type Farewell,
  type FoundSession,
  type SessionBounds,
  type SessionRecords,
  type SessionRef,
  type SessionUse,
} from './records.js';
