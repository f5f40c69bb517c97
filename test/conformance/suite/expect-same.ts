import { expect, it } from '@jest/globals';
import { differences } from './compare.js';
import { countPassed, type Report } from './report.js';
import { runServerScenarios } from './run.js';
import type { Comparison } from './table.js';

export const RUN_MS = 300_000;

export interface Compared {
  server: string;
  /** The number of scenarios of each revision. */
  revisions: Record<string, number>;
  /** The runs through the gateway, by name. */
  ways: readonly string[];
  /** The run of `direct` or of a way; the function is called when its test runs. */
  urlOf(way: string): string;
  /** Receives the runs, for the tables. */
  comparisons: Comparison[];
}

/** Tests that the server passes every scenario directly, and gives the same results each way, check by check. */
export function expectSameResults({ server, revisions, ways, urlOf, comparisons }: Compared): void {
  const runsOf = new Map<string, Map<string, Report>>();

  it.each(Object.entries(revisions))(
    'passes every scenario of %s directly',
    async (revision, scenarios) => {
      const direct = await runServerScenarios(urlOf('direct'), revision);
      const runs = new Map([['direct', direct]]);
      runsOf.set(revision, runs);
      comparisons.push({ revision, subject: `${server} server`, runs });
      expect(countPassed(direct)).toBe(scenarios);
      expect(direct.size).toBe(scenarios);
    },
    RUN_MS,
  );

  it.each(ways.flatMap((way) => Object.keys(revisions).map((revision) => [way, revision] as const)))(
    'gives the same results: %s, %s',
    async (way, revision) => {
      const runs = runsOf.get(revision) as Map<string, Report>;
      const through = await runServerScenarios(urlOf(way), revision);
      runs.set(way, through);
      expect(differences(runs.get('direct') as Report, through)).toEqual([]);
    },
    RUN_MS,
  );
}
