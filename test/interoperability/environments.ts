import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, keyOf } from '../cluster/cache.mjs';
import { repository } from '../support/launch.js';
import type { ThirdParty } from './third-party.js';

const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const REQUIREMENTS = repository('test/interoperability/python/requirements.txt');
const INSTALL_MS = 600_000;
const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--silent', '--prefix'];
const CHECK = 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))';

const run = promisify(execFile);

/** The Python that has the packages of requirements.txt. @throws Error when there is no Python with venv */
export async function pythonEnvironment(): Promise<string> {
  await run('python3', ['-c', CHECK]).catch((cause: unknown) => {
    throw new Error('python3 has to be Python 3.10 or newer with venv (on Debian: apt-get install python3-venv)', {
      cause,
    });
  });
  const { stdout: version } = await run('python3', ['--version']);
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  return virtualEnvironment(`python-${keyOf(version, requirements)}`, ['-r', REQUIREMENTS]);
}

/** The MCP Inspector's program. Not a dependency, because it includes a web application. */
export async function inspectorProgram(): Promise<string> {
  const folder = await cached(`inspector-${keyOf(INSPECTOR)}`, async (into) => {
    await run('npm', [...NPM_INSTALL, into, INSPECTOR], { timeout: INSTALL_MS });
  });
  return join(folder, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
}

/** The commands that run the programs of packages, at their pinned versions, by registry. */
export async function installed(all: readonly ThirdParty[]): Promise<(one: ThirdParty) => string[]> {
  const from = (registry: ThirdParty['registry']) => all.filter((each) => each.registry === registry);
  const npm = from('npm').map((each) => `${each.package}@${each.version}`);
  const pypi = from('PyPI').map((each) => `${each.package}==${each.version}`);
  const installNpm = async (into: string) => {
    await run('npm', [...NPM_INSTALL, into, ...npm], { timeout: INSTALL_MS });
  };
  const modules = npm.length > 0 ? await cached(`third-party-npm-${keyOf(...npm)}`, installNpm) : '';
  const python = await virtualEnvironment(`third-party-pypi-${keyOf(...pypi)}`, [...pypi, '-c', REQUIREMENTS]);
  return ({ registry, program }) =>
    registry === 'npm' ? [join(modules, 'node_modules/.bin', program)] : [python, join(python, '..', program)]; // its shebang names the old folder
}

/** @returns its Python */
async function virtualEnvironment(key: string, packages: string[]): Promise<string> {
  const folder = await cached(key, async (into) => {
    await run('python3', ['-m', 'venv', into]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
    await run(join(into, 'bin/python'), pip, { timeout: INSTALL_MS });
  });
  return join(folder, 'bin/python'); // the folder was moved: of its programs, only this one finds its packages
}
