import type { Egress } from '@mcp-gateway/platform/egress';
import { type Checks, checksOf } from '../checks.js';
import { checkRemote, type RemoteCheck, type RemoteTarget } from './check.js';

/** Checks the servers of remote resources again and again, and remembers the last result of each. */
export type RemoteServers = Checks<RemoteTarget, RemoteCheck>;

export interface RemoteServersParts {
  egress: Egress;
  /** Between two checks of a server. */
  everyMs?: number;
}

const EVERY_MS = 15_000;
const AT_ONCE = 16;

export const remoteServers = ({ egress, everyMs = EVERY_MS }: RemoteServersParts): RemoteServers =>
  checksOf({
    run: (target: RemoteTarget) => checkRemote(target, egress),
    pauseMs: () => everyMs,
    isChanged: (last, result) => last?.message !== result.message || last.reason !== result.reason,
    atOnce: AT_ONCE,
  });
