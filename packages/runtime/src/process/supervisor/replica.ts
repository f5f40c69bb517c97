import { randomUUID } from 'node:crypto';
import type { Logger } from '@mcp-gateway/platform/logging';
import { freePort } from '@mcp-gateway/platform/serving';
import { healthNoteOf } from '../../health-path.js';
import { spawnGuarded, type GuardedChild } from '../../child-guard/index.js';
import type { Failure, ObservedReplica } from '../../runtime.js';
import type { Workload } from '../../workload.js';
import { countCrash, restartDelay } from './backoff.js';
import { CatalogueError, type Catalogue } from './catalogue.js';
import { checkCommand } from './check-command.js';
import type { Clock } from './clock.js';
import { portOwner } from './listener.js';
import { probe, type Loopback, type ProbeResult } from './probe.js';
import { unsupportedSetting } from './unsupported-setting.js';
import type { ReplicaLogs } from './replica-logs.js';
import { NEVER_LISTENS, restartMessage } from './restart-message.js';

export interface ReplicaContext {
  catalogue: Catalogue;
  clock: Clock;
  log: Logger;
  logs: ReplicaLogs;
  /** What every replica gets of this machine's environment, such as PATH. */
  environment: Record<string, string>;
  /** How long a process may take until its health check passes. */
  startMs: number;
  stopGraceSeconds: number;
}

const PROBE_STARTING_MS = 100;
const PROBE_RUNNING_MS = 2_000;
/** Failed probes in a row until it takes no new sessions, and until it is started anew. */
const NOT_READY_AFTER = 3;
const RESTART_AFTER = 15;
const CATALOGUE_RETRY_MS = 3_000;
/** Most servers listen by then; one that does not may never. */
const SILENT_MS = 10_000;

/** One replica: a process that is started, probed, restarted with back-off, and ended. */
export class Replica {
  failure: Failure | null = null;
  healthNote: string | null = null;
  #state: ObservedReplica['state'] = 'Starting';
  #message: string | null = null;
  #restartCount = 0;
  #crashes = 0;
  #lastExitCode: number | null = null;
  #startedAt: number | null = null;
  #port: number | null = null;
  /** Where on loopback it listens; null until something does. */
  #host: Loopback | null = null;
  /** Another program listens on the port of the process that runs, or was killed for that. */
  #portTaken = false;
  /** Why the process that runs, or was killed for that, is not ready in time. */
  #late: string | null = null;
  #answer = { said: '', quote: '' };
  /** When it stops to take the requests of its sessions; milliseconds since the epoch. */
  #drainUntil: number | null = null;
  /** It answered when it began to drain. */
  #servesWhileDraining = false;
  #process: GuardedChild | null = null;
  /** Another one for each process: what it held ends with it, so sessions must not find their way to a successor. */
  #endpointId = '';
  readonly #draining = new AbortController();
  readonly #ending = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    readonly workload: Workload,
    readonly revision: string,
    readonly instance: number,
    private readonly context: ReplicaContext,
    private readonly onChange: () => void,
  ) {
    // Not before there is somebody to tell of changes.
    this.#done = Promise.resolve()
      .then(() => this.#run())
      .catch((error: unknown) => {
        context.log.error({ err: error, replica: this.name }, 'replica loop failed');
        this.#set('BackOff', 'The supervisor failed to run this replica; its log has the cause.');
      });
  }

  get name(): string {
    return `${this.workload.name}-${this.instance}`;
  }

  get ready(): boolean {
    return this.#state === 'Ready';
  }

  observe(): ObservedReplica {
    const isDraining = this.#drainUntil !== null;
    const reachable = this.#process !== null && (this.#state !== 'Stopping' || isDraining) && this.#port !== null;
    return {
      name: this.name,
      instance: this.instance,
      revision: this.revision,
      state: this.#state,
      endpoint: reachable
        ? {
            id: this.#endpointId,
            url: `http://${this.#host ?? '127.0.0.1'}:${this.#port}`,
            path: this.workload.path,
            ready: this.ready,
            ...(this.#drainUntil !== null && {
              ...(this.#servesWhileDraining && { serving: true }),
              draining: true,
              drainUntil: new Date(this.#drainUntil).toISOString(),
            }),
          }
        : null,
      restartCount: this.#restartCount,
      lastExitCode: this.#lastExitCode,
      startedAt: this.#startedAt === null ? null : new Date(this.#startedAt).toISOString(),
      message: this.#message,
    };
  }

  /**
   * Takes nothing new from now on and ends after `drainMs`; until then its sessions may use it, and had better move. Asked
   * again with 0, it waits no longer. Resolves when the process is gone.
   */
  async stop(drainMs: number): Promise<void> {
    if (drainMs === 0) this.#draining.abort();
    if (this.#state !== 'Stopping') {
      const { clock } = this.context;
      // One that never got ready has no sessions.
      if (drainMs > 0 && (this.#state === 'Ready' || this.#state === 'NotReady'))
        this.#drainUntil = clock.now() + drainMs;
      this.#servesWhileDraining = this.ready;
      this.#set('Stopping', null);
      if (this.#drainUntil !== null) {
        await Promise.race([clock.sleep(drainMs, this.#draining.signal), this.#process?.exited]);
        this.#drainUntil = null;
        this.onChange(); // out of the routes, and then it ends
      }
      this.#ending.abort();
      await this.#process?.stop();
    }
    await this.#done;
  }

  async #run() {
    const { clock } = this.context;
    while (!this.#ending.signal.aborted) {
      const process = await this.#start();
      if (!process) {
        await clock.sleep(CATALOGUE_RETRY_MS, this.#ending.signal);
        continue;
      }
      if (this.#ending.signal.aborted) void process.stop(); // it was asked to end before there was a process to ask
      const watching = new AbortController();
      const watched = this.#watchHealth(process, watching.signal);
      const code = await process.exited;
      watching.abort();
      await watched;
      this.#process = null;
      if (this.#ending.signal.aborted || this.#state === 'Stopping') return;
      await this.#recover(code);
    }
  }

  async #start(): Promise<GuardedChild | null> {
    const { catalogue, environment, stopGraceSeconds, logs, clock } = this.context;
    this.failure = unsupportedSetting(this.workload);
    if (this.failure) {
      this.#set('BackOff', this.failure.message);
      return null;
    }
    try {
      const entry = await catalogue.resolve(this.workload.imageName);
      await checkCommand(entry, entry.env['PATH'] ?? environment['PATH'] ?? '');
      // Never the one before: between two processes anybody may take it.
      const port = (this.#port = await freePort());
      this.#portTaken = false;
      this.#host = null;
      this.#endpointId = `${this.name}.${randomUUID()}`;
      this.#process = await spawnGuarded({
        command: entry.command,
        args: entry.args.map((arg) => arg.replaceAll('{port}', String(port))),
        cwd: entry.cwd,
        env: {
          ...environment,
          ...entry.env,
          ...this.workload.environment,
          PORT: String(port),
          HOST: '127.0.0.1',
          MCP_GATEWAY_REPLICA: this.name,
        },
        graceSeconds: stopGraceSeconds,
      });
    } catch (error) {
      this.failure =
        error instanceof CatalogueError
          ? { reason: error.reason, message: error.message }
          : { reason: 'StartFailed', message: `The command could not be started: ${(error as Error).message}` };
      this.#set('BackOff', this.failure.message);
      return null;
    }
    const process = this.#process;
    const output = logs.writer({ name: this.workload.name, id: this.workload.adapterId }, this.instance);
    process.stdout.on('data', (chunk: Buffer) => output.write(chunk));
    process.stderr.on('data', (chunk: Buffer) => output.write(chunk));
    void process.exited.then(() => setImmediate(() => output.close()));
    this.failure = null;
    this.#startedAt = clock.now();
    this.#set('Starting', null);
    return process;
  }

  async #watchHealth(process: GuardedChild, signal: AbortSignal) {
    const { clock, log, startMs } = this.context;
    const deadline = clock.now() + startMs;
    const before = this.#late === null ? '' : `It was started again, as it was not ready in ${startMs / 1000} s: `;
    this.#late = null;
    let failures = 0;
    while (!signal.aborted && !this.#ending.signal.aborted) {
      const result = await probe(this.#port as number, this.workload, this.ready ? this.#host : null);
      if (result.healthy && !this.ready) {
        this.#host = result.host;
        const where = { host: result.host ?? '127.0.0.1', port: this.#port as number };
        this.#portTaken = (await portOwner(where, process.pid)) === 'foreign';
      }
      if (signal.aborted || this.#state === 'Stopping') return;
      if (this.#portTaken) {
        log.warn({ replica: this.name, port: this.#port }, 'another program listens on the port of a replica');
        void process.kill();
        return;
      }
      if (result.healthy) {
        failures = 0;
        this.healthNote = result.note && healthNoteOf(this.#inWords(result));
        this.#set('Ready', null);
      } else if (this.#state === 'Starting') {
        const silent = result.host === null && clock.now() - (this.#startedAt ?? 0) >= SILENT_MS;
        const message = silent ? `${result.message}. ${NEVER_LISTENS}` : this.#inWords(result);
        this.#set('Starting', `${before}${message}`);
        if (clock.now() >= deadline) {
          this.#late = message;
          log.warn({ replica: this.name }, 'replica has not passed its health check in time; restarting it');
          void process.kill();
          return;
        }
      } else {
        failures += 1;
        if (failures >= NOT_READY_AFTER) this.#set('NotReady', this.#inWords(result));
        if (failures >= RESTART_AFTER) {
          log.warn({ replica: this.name, failures }, 'replica does not answer its health check; restarting it');
          void process.kill();
        }
      }
      await clock.sleep(this.#state === 'Starting' ? PROBE_STARTING_MS : PROBE_RUNNING_MS, signal);
    }
  }

  /** With what the server said when it first gave this answer: what differs each time is no news. */
  #inWords({ note, message, quote }: ProbeResult): string {
    const answer = note ?? message ?? '';
    if (this.#answer.said !== answer) this.#answer = { said: answer, quote };
    return `${answer}${this.#answer.quote}`;
  }

  async #recover(code: number) {
    const { clock, startMs } = this.context;
    this.#crashes = countCrash(this.#crashes, clock.now() - (this.#startedAt ?? 0));
    this.#restartCount += 1;
    this.#lastExitCode = code;
    const delay = restartDelay(this.#crashes);
    const takenPort = this.#portTaken ? this.#port : null;
    const late = this.#late === null ? null : { afterMs: startMs, message: this.#late };
    this.#set('BackOff', restartMessage({ code, takenPort, late, crashes: this.#crashes, delay }));
    await clock.sleep(delay, this.#ending.signal);
  }

  #set(state: ObservedReplica['state'], message: string | null) {
    if (this.#state === 'Stopping' || (state === this.#state && message === this.#message)) return;
    this.#state = state;
    this.#message = message;
    this.onChange();
  }
}
