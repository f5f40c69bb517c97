import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from '@jest/globals';
import { callText, type Session } from './clients.js';

const PACE_MS = 600;

/** The calls of a session, in turn: two that may run twice, and one that may not. */
const KINDS = {
  list: ({ client }: Session) => client.listTools().then(({ tools }) => tools.length > 0),
  read: (session: Session) => callText(session, 'echo', { text: 'again' }).then((text) => text === 'again'),
  count: (session: Session) => callText(session, 'counter').then((text) => Number(text) > 0),
};

export interface Use {
  session: number;
  kind: keyof typeof KINDS;
  /** As from performance.now(). */
  began: number;
  ended: number;
  /** The reason of the failure; undefined when the call succeeded. */
  failure?: string;
}

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

/** Uses every session, each about every `paceMs`, until `stop` is called or the test ends. */
export function useAll(sessions: readonly Session[], paceMs = PACE_MS) {
  const uses: Use[] = [];
  let stopping = false;
  const work = Promise.all(
    sessions.map(async (session, index) => {
      await delay(Math.random() * paceMs);
      const kinds = Object.keys(KINDS) as Use['kind'][];
      for (let turn = index; !stopping; turn++) {
        uses.push(await use(session, index, kinds[turn % kinds.length] as Use['kind']));
        await delay(paceMs * (0.5 + Math.random()));
      }
    }),
  );
  const load = {
    uses,
    /** Stops; resolves when each session has finished its current call. */
    async stop(): Promise<Use[]> {
      stopping = true;
      await work;
      return uses;
    },
  };
  running.push(load);
  return load;
}

async function use(session: Session, index: number, kind: Use['kind']): Promise<Use> {
  const began = performance.now();
  const failure = await KINDS[kind](session).then(
    (isRight) => (isRight ? undefined : 'another answer'),
    (error: unknown) => (error as Error).message,
  );
  const made = { session: index, kind, began, ended: performance.now() };
  return failure === undefined ? made : { ...made, failure };
}

/** The failures of the calls that may run twice. */
export const failuresOf = (uses: readonly Use[]): string[] =>
  uses.flatMap(({ kind, failure }) => (kind !== 'count' && failure !== undefined ? [`${kind}: ${failure}`] : []));

export const longest = (uses: readonly Use[]): number => Math.max(...uses.map(({ began, ended }) => ended - began));

/** For each session, the time from `moment` to the first answer of a call that was under way then or began later. */
export function answeredAfter(uses: readonly Use[], moment: number, sessions: readonly number[]): number[] {
  return sessions.map((session) => {
    const first = uses.find((each) => each.session === session && each.ended > moment && each.failure === undefined);
    return first ? first.ended - Math.max(first.began, moment) : Infinity;
  });
}

/** Formats times, such as `p50 12 ms, p99 80 ms, longest 95 ms`. */
export function figures(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
