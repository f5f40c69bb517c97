import fs from 'node:fs';
import path from 'node:path';

/**
 * What `npm test` leaves out because it needs more than a clone that is set up. `.ci/run` has it all.
 * @type {{ name: string, needs: string, command?: string[], present?: () => boolean }[]}
 */
const suites = [
  { name: 'the tests against a native Redis', needs: 'redis-server on PATH', present: () => isOnPath('redis-server') },
  { name: 'the start-up benchmark', needs: 'network', command: ['node', 'bench/start/main.mjs', '--check'] },
];

/** @returns {string} such as `Skipped: the start-up benchmark (network); run .ci/run` */
export function skippedLine() {
  const left = suites.filter(({ present }) => !present?.());
  const needs = [...new Set(left.map((suite) => suite.needs))];
  const groups = needs.map((need) => {
    const names = left.filter((suite) => suite.needs === need).map((suite) => suite.name);
    return `${new Intl.ListFormat('en').format(names)} (${need})`;
  });
  return `Skipped: ${groups.join('; ')}; run .ci/run`;
}

/** Those that are a command of their own. */
export function suiteCommands() {
  return suites.flatMap(({ name, command }) => (command ? [{ name, command }] : []));
}

/** @param {string} command */
function isOnPath(command) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => folder && fs.existsSync(path.join(folder, command)));
}
