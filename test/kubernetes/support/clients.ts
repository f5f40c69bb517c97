import { setTimeout as delay } from 'node:timers/promises';
import { callInSession, callModern, initialize, type Answer } from '../../support/clients.js';

const PACE_MS = 500;

interface Call {
  ms: number;
  /** The reason of the failure; undefined when the call succeeded. */
  failure: string | undefined;
}

/** The calls of one kind. */
export interface Calls {
  calls: number;
  failures: string[];
  slowestMs: number;
}

/** The results of clients that do not retry. */
export interface Met {
  /** Calls in sessions. */
  sessions: Calls;
  /** Calls of the stateless revision. */
  stateless: Calls;
  /** Sessions opened. */
  opened: Calls;
}

/**
 * Starts this many clients with a session each, and as many without, which call a tool twice a second, and one client that opens
 * sessions. None retries; a client whose session is lost opens another one.
 */
export async function callSteadily(url: string, clients: number) {
  const kinds = { sessions: [] as Call[], stateless: [] as Call[], opened: [] as Call[] };
  let stopping = false;

  async function repeat(calls: Call[], call: () => Promise<Answer>): Promise<void> {
    await delay(Math.random() * PACE_MS);
    while (!stopping) {
      const began = performance.now();
      const failure = await call().then(workloadFailure, (error: unknown) => String((error as Error).cause ?? error));
      const ms = performance.now() - began;
      calls.push({ ms, failure: failure && `${failure} after ${Math.floor(ms / 1000)} s` });
      await delay(Math.max(0, PACE_MS - (performance.now() - began)));
    }
  }
  async function inSession(): Promise<() => Promise<Answer>> {
    let { sessionId } = await initialize(url);
    return async () => {
      const answer = await callInSession(url, sessionId ?? '', 'counter');
      if (answer.status === 404) ({ sessionId } = await initialize(url));
      return answer;
    };
  }

  const all = Array.from({ length: clients });
  const sessions = await Promise.all(all.map(inSession));
  const working = Promise.all([
    ...sessions.map((call) => repeat(kinds.sessions, call)),
    ...all.map(() => repeat(kinds.stateless, () => callModern(url, 'echo', { text: 'here' }))),
    repeat(kinds.opened, () => initialize(url)),
  ]);
  return {
    /** Stops; resolves when each client has finished its current call. */
    async stop(): Promise<Met> {
      stopping = true;
      await working;
      return { sessions: summed(kinds.sessions), stateless: summed(kinds.stateless), opened: summed(kinds.opened) };
    },
  };
}

const workloadFailure = ({ status, error }: Answer): string | undefined =>
  status === 200 && !error ? undefined : `${status} ${error?.message ?? ''}`;

const summed = (calls: readonly Call[]): Calls => ({
  calls: calls.length,
  failures: calls.flatMap(({ failure }) => failure ?? []),
  slowestMs: Math.round(Math.max(0, ...calls.map(({ ms }) => ms))),
});

/** A table in Markdown: for each fault the failed calls of each kind, and the duration of the slowest call. */
export function tableOf(met: ReadonlyMap<string, Met>): string {
  const cell = ({ calls, failures, slowestMs }: Calls) =>
    `${failures.length} of ${calls}, ${(slowestMs / 1000).toFixed(1)} s`;
  return [
    '| fault | in sessions | stateless | initialize |',
    '| --- | --- | --- | --- |',
    ...[...met].map(
      ([fault, { sessions, stateless, opened }]) =>
        `| ${fault} | ${cell(sessions)} | ${cell(stateless)} | ${cell(opened)} |`,
    ),
  ].join('\n');
}
