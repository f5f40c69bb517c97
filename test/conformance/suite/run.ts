import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readReport, type Report } from './report.js';

const RUN_MS = 240_000;
const main = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);

/** Runs all of the suite's server scenarios of the revision against the URL. */
export const runServerScenarios = (url: string, revision: string): Promise<Report> =>
  run('server', '--url', url, '--suite', 'all', '--spec-version', revision);

/** Runs one client scenario: the last argument of the command is the URL of the suite's own server. */
export const runClientScenario = (command: string, scenario: string, revision: string): Promise<Report> =>
  run('client', '--command', command, '--scenario', scenario, '--spec-version', revision);

/** Failed scenarios are a result like any other. @throws Error when there is no result */
async function run(...args: string[]): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const child = spawn(process.execPath, [main, ...args, '--output-dir', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.timeout(RUN_MS),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    await once(child, 'close');
    const report = await readReport(folder);
    if (report.size === 0) throw new Error(`the suite has no result: ${output}`);
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
