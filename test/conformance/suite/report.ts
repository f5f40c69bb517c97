import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One check of a scenario. */
export interface Check {
  id: string;
  name: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
  /** The examined data, mostly unchanged. */
  details?: Record<string, unknown>;
}

/** Checks by scenario, in the order in which the suite made them. */
export type Report = Map<string, Check[]>;

/** The files that the suite's command line writes to a folder: `[server-]scenario-time/checks.json`. */
export async function readReport(folder: string): Promise<Report> {
  const report: Report = new Map();
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((each) => each.endsWith('checks.json')).toSorted()) {
    const scenario = file.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z\/checks\.json$/, '');
    report.set(scenario, JSON.parse(await readFile(join(folder, file), 'utf8')) as Check[]);
  }
  return report;
}

/** Counts as the suite does: a scenario has passed when it made a check and none failed. */
export const passes = (checks: readonly Check[] | undefined): boolean =>
  checks !== undefined &&
  checks.some(({ status }) => status === 'SUCCESS') &&
  checks.every(({ status }) => status !== 'FAILURE');

export const countPassed = (report: Report): number => [...report.values()].filter(passes).length;
