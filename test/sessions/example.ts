import { adapterRef } from '@mcp-gateway/common/contracts';
import type { SessionOwner, SessionRecord } from '@mcp-gateway/sessions';
import { sessionRecord } from '../support/session-record.js';

/** Seconds since the epoch. */
export const NOW = 1_780_000_000;
export const BOUNDS = { max: 100, maxPerCaller: 100, idleSince: NOW - 600, keepSeconds: 3_600 };
export const CLOSE = { now: NOW, keepSeconds: 60, tellServer: true };

export const ECHO = adapterRef('echo');
export const OWNER: SessionOwner = { kind: 'adapter', resourceId: 'adapter-1' };
export const ref = (id: string, caller = 'alice') => ({ id, ...OWNER, caller });
export const recordOf = (caller = 'alice', more: Partial<SessionRecord> = {}) =>
  sessionRecord({ caller, openedAt: NOW, ...more });
