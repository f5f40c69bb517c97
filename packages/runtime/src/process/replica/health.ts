import { unreachable } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { GuardedChild } from '../../child-guard/index.js';
import { healthNoteOf, SILENT_MS, STDIO_REMEDY } from '../../health.js';
import type { Workload } from '../../workload.js';
import type { Clock } from '../clock.js';
import { portOwner } from '../port-owner.js';
import { probe, type Loopback, type ProbeResult } from '../probe.js';

export interface HealthContext {
  clock: Clock;
  log: Logger;
  /** How long a process may take until its health check passes. */
  startMs: number;
}

type HealthState = 'Starting' | 'Ready' | 'NotReady';
type Decision =
  'ready' | 'starting' | 'wait' | 'not-ready' | 'restart-unhealthy' | 'restart-late' | 'restart-port-conflict';

const PROBE_STARTING_MS = 100;
const PROBE_RUNNING_MS = 2_000;
/** Failed probes in a row until the replica takes no new sessions, and until its process is restarted. */
const NOT_READY_AFTER = 3;
const RESTART_AFTER = 15;
/** How long the quote of one answer stays. */
const QUOTED_MS = 10_000;
/** Added to the message of a process that has not listened within that time. */
const NEVER_LISTENS = `The server has to listen on the port in PORT, or on {port} from its arguments. If it speaks only stdio, ${STDIO_REMEDY}.`;

/** The state of a replica after one probe. `failures` counts failed probes in a row, including this one. */
export function healthPolicy(probed: {
  state: HealthState;
  healthy: boolean;
  portConflict: boolean;
  failures: number;
  late: boolean;
}): Decision {
  if (probed.portConflict) return 'restart-port-conflict';
  if (probed.healthy) return 'ready';
  if (probed.state === 'Starting') return probed.late ? 'restart-late' : 'starting';
  if (probed.failures >= RESTART_AFTER) return 'restart-unhealthy';
  return probed.failures >= NOT_READY_AFTER ? 'not-ready' : 'wait';
}

/** Probes the processes of one replica, one after the other, and kills a process that is to be restarted. */
export class HealthMonitor {
  /** The loopback address on which the process listens; null until it listens. */
  host: Loopback | null = null;
  /** True when another program listens on the port of the process, or when the process was killed for that. */
  portConflict = false;
  /** Why the process did not get ready in time; null unless it was killed for that. */
  late: string | null = null;
  note: string | null = null;
  #state: HealthState = 'Starting';
  #failures = 0;
  #answer = { text: '', quote: '', at: 0 };
  #previousLate: string | null = null;

  constructor(
    private readonly logFields: object,
    private readonly workload: Workload,
    private readonly context: HealthContext,
    private readonly report: (state: HealthState, message: string | null) => void,
  ) {}

  /** Forgets the process before; its last failure stays for the messages of the next one. */
  reset(): void {
    this.#previousLate = this.late;
    this.late = null;
    this.host = null;
    this.portConflict = false;
    this.#state = 'Starting';
    this.#failures = 0;
  }

  /** Probes until the signal aborts or the process is killed. */
  async watch(process: GuardedChild, port: number, signal: AbortSignal): Promise<void> {
    const { clock, startMs } = this.context;
    const startedAt = clock.now();
    while (!signal.aborted) {
      const result = await probe(port, this.workload, this.#state === 'Ready' ? this.host : null);
      if (result.healthy && this.#state !== 'Ready') await this.#locate(result.host ?? '127.0.0.1', port, process.pid);
      if (signal.aborted) return;
      this.#failures = result.healthy ? 0 : this.#failures + 1;
      const runningMs = clock.now() - startedAt;
      const decision = healthPolicy({
        state: this.#state,
        healthy: result.healthy,
        portConflict: this.portConflict,
        failures: this.#failures,
        late: runningMs >= startMs,
      });
      if (this.#apply(decision, result, runningMs) === 'restart') return void process.kill();
      await clock.sleep(this.#state === 'Starting' ? PROBE_STARTING_MS : PROBE_RUNNING_MS, signal);
    }
  }

  async #locate(host: Loopback, port: number, pid: number): Promise<void> {
    this.host = host;
    this.portConflict = (await portOwner({ host, port }, pid)) === 'foreign';
  }

  #apply(decision: Decision, result: ProbeResult, runningMs: number): 'go on' | 'restart' {
    const { log } = this.context;
    switch (decision) {
      case 'ready':
        this.note = result.note && healthNoteOf(this.#messageOf(result));
        this.#set('Ready', null);
        return 'go on';
      case 'starting':
        this.#starting(result, runningMs);
        return 'go on';
      case 'wait':
        return 'go on';
      case 'not-ready':
        this.#set('NotReady', this.#messageOf(result));
        return 'go on';
      case 'restart-unhealthy':
        this.#set('NotReady', this.#messageOf(result));
        log.warn(
          { ...this.logFields, failures: this.#failures },
          'the health check of a replica keeps failing; restarting it',
        );
        return 'restart';
      case 'restart-late':
        this.late = this.#starting(result, runningMs);
        log.warn(this.logFields, 'a replica has not passed its health check in time; restarting it');
        return 'restart';
      case 'restart-port-conflict':
        log.warn(this.logFields, 'another program listens on the port of a replica; restarting the replica');
        return 'restart';
      default:
        return unreachable(decision);
    }
  }

  #starting(result: ProbeResult, runningMs: number): string {
    const { startMs } = this.context;
    const silent = result.host === null && runningMs >= SILENT_MS;
    const message = silent ? `${result.message}. ${NEVER_LISTENS}` : this.#messageOf(result);
    const before =
      this.#previousLate === null ? '' : `It was restarted because it was not ready within ${startMs / 1000} s: `;
    this.#set('Starting', `${before}${message}`);
    return message;
  }

  /** Quotes the body of such an answer for a while, so that a text that differs each time is seldom a change. */
  #messageOf({ note, message, quote }: ProbeResult): string {
    const text = note ?? message ?? '';
    const now = this.context.clock.now();
    if (this.#answer.text !== text || now - this.#answer.at >= QUOTED_MS) this.#answer = { text, quote, at: now };
    return `${text}${this.#answer.quote}`;
  }

  #set(state: HealthState, message: string | null): void {
    this.#state = state;
    this.report(state, message);
  }
}
