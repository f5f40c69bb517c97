import { countPassed, passes, type Report } from './report.js';

/** Runs of the same scenarios: the first directly, the others through the gateway, by the way they took. */
export interface Comparison {
  revision: string;
  /** The tested server or client. */
  subject: string;
  runs: Map<string, Report>;
}

export function printTables(comparisons: readonly Comparison[]): void {
  process.stdout.write(`\n${[...comparisons.map(scenarioTable), summary(comparisons)].join('\n\n')}\n\n`);
}

/** `scenario | direct | gateway …`. */
export function scenarioTable({ revision, subject, runs }: Comparison): string {
  const reports = [...runs.values()];
  const verdict = (report: Report, scenario: string) =>
    report.has(scenario) ? (passes(report.get(scenario)) ? 'pass' : 'FAIL') : '-';
  const scenarios = [...new Set(reports.flatMap((report) => [...report.keys()]))].toSorted();
  return [
    `${revision}, ${subject}`,
    aligned([
      ['scenario', ...runs.keys()],
      ...scenarios.map((scenario) => [scenario, ...reports.map((report) => verdict(report, scenario))]),
    ]),
  ].join('\n');
}

/** Counts the passed scenarios, in a line for each revision and subject. */
export function summary(comparisons: readonly Comparison[]): string {
  const ways = [...new Set(comparisons.flatMap(({ runs }) => [...runs.keys()]))];
  const passed = (report: Report | undefined) => (report ? `${countPassed(report)}/${report.size}` : '-');
  return aligned([
    ['revision', 'subject', ...ways],
    ...comparisons
      .map(({ revision, subject, runs }) => [revision, subject, ...ways.map((way) => passed(runs.get(way)))])
      .toSorted(([one], [other]) => String(one).localeCompare(String(other))),
  ]);
}

function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}
