import type { GuardedChild } from '../../child-guard/index.js';
import type { Failure, ObservedReplica } from '../../runtime.js';
import type { Workload } from '../../workload.js';
import type { ReplicaLogs } from '../logs/replica-logs.js';
import { HealthMonitor, type HealthContext } from './health.js';
import { countCrash, restartDelay, restartMessage } from './restart.js';
import { startProcess, type StartContext, type StartedProcess } from './start.js';

export interface ReplicaContext extends StartContext, HealthContext {
  logs: ReplicaLogs;
}

const RETRY_START_MS = 3_000;

/** One replica: a process that is started, probed, restarted with back-off, and ended. */
export class Replica {
  failure: Failure | null = null;
  #state: ObservedReplica['state'] = 'Starting';
  #message: string | null = null;
  #restartCount = 0;
  #crashes = 0;
  #lastExitCode: number | null = null;
  #startedAt: number | null = null;
  /** The process that runs; null between two processes. */
  #running: StartedProcess | null = null;
  /** When it stops to take the requests of its sessions; milliseconds since the epoch. */
  #drainUntil: number | null = null;
  /** True when it was ready when it began to drain. */
  #servesWhileDraining = false;
  readonly #health: HealthMonitor;
  readonly #stopping = new AbortController();
  readonly #drained = new AbortController();
  readonly #ending = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    readonly workload: Workload,
    readonly revision: string,
    readonly instance: number,
    private readonly context: ReplicaContext,
    private readonly onChange: () => void,
  ) {
    this.#health = new HealthMonitor(logFields(workload, instance), workload, context, (state, message) =>
      this.#set(state, message),
    );
    // Starts later, so that the owner knows the replica before its first change.
    this.#done = Promise.resolve()
      .then(() => this.#run())
      .catch((error: unknown) => {
        context.log.error({ err: error, ...logFields(workload, instance) }, 'the supervisor failed to run a replica');
        this.#set('BackOff', 'The supervisor failed to run this replica; its log has the cause.');
      });
  }

  get name(): string {
    return `${this.workload.name}-${this.instance}`;
  }

  get ready(): boolean {
    return this.#state === 'Ready';
  }

  get healthNote(): string | null {
    return this.#health.note;
  }

  observe(): ObservedReplica {
    return {
      name: this.name,
      instance: this.instance,
      revision: this.revision,
      state: this.#state,
      endpoint: this.#endpoint(),
      restartCount: this.#restartCount,
      lastExitCode: this.#lastExitCode,
      startedAt: this.#startedAt === null ? null : new Date(this.#startedAt).toISOString(),
      message: this.#message,
    };
  }

  #endpoint(): ObservedReplica['endpoint'] {
    if (!this.#running || (this.#state === 'Stopping' && this.#drainUntil === null)) return null;
    const { endpointId, port } = this.#running;
    return {
      id: endpointId,
      url: `${this.workload.tls ? 'https' : 'http'}://${this.#health.host ?? '127.0.0.1'}:${port}`,
      path: this.workload.path,
      ready: this.ready,
      ...(this.#drainUntil !== null && {
        ...(this.#servesWhileDraining && { serving: true }),
        draining: true,
        drainUntil: new Date(this.#drainUntil).toISOString(),
      }),
    };
  }

  /**
   * Takes no new sessions from now on and ends after `drainMs`; until then its sessions may use it, and should move. A second
   * call with 0 ends the drain at once. Resolves when the process is gone.
   */
  async stop(drainMs: number): Promise<void> {
    if (drainMs === 0) this.#drained.abort();
    if (this.#state !== 'Stopping') {
      const { clock } = this.context;
      // A replica that was never ready has no sessions.
      if (drainMs > 0 && (this.#state === 'Ready' || this.#state === 'NotReady'))
        this.#drainUntil = clock.now() + drainMs;
      this.#servesWhileDraining = this.ready;
      this.#set('Stopping', null);
      this.#stopping.abort();
      if (this.#drainUntil !== null) {
        await Promise.race([clock.sleep(drainMs, this.#drained.signal), this.#running?.process.exited]);
        this.#drainUntil = null;
        this.onChange(); // withdraws the endpoint before the process ends
      }
      this.#ending.abort();
      await this.#running?.process.stop();
    }
    await this.#done;
  }

  async #run() {
    const { clock } = this.context;
    while (!this.#ending.signal.aborted) {
      const started = await this.#start();
      if (!started) {
        await clock.sleep(RETRY_START_MS, this.#ending.signal);
        continue;
      }
      const { process, port } = started;
      if (this.#ending.signal.aborted) void process.stop(); // `stop` was called before the process existed
      const exit = new AbortController();
      const watched = this.#health.watch(process, port, AbortSignal.any([exit.signal, this.#stopping.signal]));
      const code = await process.exited;
      exit.abort();
      await watched;
      this.#running = null;
      if (this.#ending.signal.aborted || this.#state === 'Stopping') return;
      await this.#backOff(code, port);
    }
  }

  async #start(): Promise<StartedProcess | null> {
    const started = await startProcess(this.workload, this.name, this.context);
    if (!('process' in started)) {
      this.failure = started;
      this.#set('BackOff', started.message);
      return null;
    }
    this.#health.reset();
    this.#running = started;
    this.#record(started.process);
    this.failure = null;
    this.#startedAt = this.context.clock.now();
    this.#set('Starting', null);
    return started;
  }

  /** Writes the output of the process to the log of the replica. */
  #record({ stdout, stderr, exited }: GuardedChild): void {
    const { kind, name, resourceId: id } = this.workload;
    const log = this.context.logs.writer({ kind, name, id }, this.instance);
    stdout.on('data', (chunk: Buffer) => log.write(chunk));
    stderr.on('data', (chunk: Buffer) => log.write(chunk));
    void exited.then(() => setImmediate(() => log.close()));
  }

  async #backOff(code: number, port: number) {
    const { clock, startMs } = this.context;
    this.#crashes = countCrash(this.#crashes, clock.now() - (this.#startedAt ?? 0));
    this.#restartCount += 1;
    this.#lastExitCode = code;
    const delay = restartDelay(this.#crashes);
    const { portConflict, late } = this.#health;
    const message = restartMessage({
      code,
      takenPort: portConflict ? port : null,
      late: late === null ? null : { afterMs: startMs, message: late },
      crashes: this.#crashes,
      delay,
    });
    this.#set('BackOff', message);
    await clock.sleep(delay, this.#ending.signal);
  }

  #set(state: ObservedReplica['state'], message: string | null) {
    if (this.#state === 'Stopping' || (state === this.#state && message === this.#message)) return;
    this.#state = state;
    this.#message = message;
    this.onChange();
  }
}

const logFields = ({ kind, name }: Workload, instance: number) => ({ kind, name, instance });
