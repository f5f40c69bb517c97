import type { Gateway } from './gateway.js';
import { environmentOf, type ProcessLine } from './processes.js';

export interface ReplicaProcess extends ProcessLine {
  /** The name in the status. */
  replica: string;
  environment: Record<string, string>;
}

/** The processes of an adapter's servers on this machine, without their child guards. */
export function replicaProcesses(gateway: Gateway, adapter: string): ReplicaProcess[] {
  return gateway
    .processes()
    .filter(({ command }) => !command.startsWith('/bin/sh'))
    .flatMap((each) => {
      const environment = environmentOf(each.pid);
      const replica = environment['MCP_GATEWAY_REPLICA'] ?? '';
      return replica.replace(/-\d+$/, '') === adapter ? [{ ...each, replica, environment }] : [];
    })
    .toSorted((a, b) => a.replica.localeCompare(b.replica));
}
