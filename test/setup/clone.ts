import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterTests } from '../support/after-tests.js';
import { isAlive } from '../support/processes.js';
import { waitFor } from '../support/wait.js';

const LOCAL = fileURLToPath(new URL('../../packages/local', import.meta.url));
const NODE_PACKAGE = `node-test-${process.platform}-${process.arch}`;

/** Writes its name and arguments to `calls`, then does the essential work of the real program in a few lines. */
const PROGRAMS = {
  npx: `#!/bin/sh
    set -e
    echo "npx $*" >> calls
    env > npx.env
    if [ -e npx.fails ]; then cat npx.fails; exit 3; fi
    if [ -e npx.says ]; then cat npx.says; fi
    while [ -e npx.waits ]; do sleep 0.05; done
    mkdir -p packages/app/node_modules node_modules/${NODE_PACKAGE}/bin node_modules/.bin
    ln -sf "$REAL_NODE" node_modules/${NODE_PACKAGE}/bin/node
    for name in typescript/bin/tsc jest/bin/jest; do
      mkdir -p "node_modules/$(dirname $name)"
    done
    cp programs/tsc node_modules/typescript/bin/tsc
    cp programs/jest node_modules/jest/bin/jest.js
    for name in tsc oxlint depcruise prettier knip redocly; do
      cp programs/checker "node_modules/.bin/$name"
    done
    cp programs/shim node_modules/.bin/node
  `,
  tsc: `
    const fs = require('node:fs');
    const built = fs.existsSync('packages/app/dist');
    const scratch = built && !fs.existsSync('packages/app/dist/.tsbuildinfo');
    fs.appendFileSync('calls', 'tsc ' + process.argv.slice(2).join(' ') + (scratch ? ', from scratch' : '') + '\\n');
    if (fs.existsSync('tsc.fails') || fs.readFileSync('packages/app/src/index.ts', 'utf8').includes('broken')) {
      console.log('packages/app/src/index.ts(1,1): error TS0000');
      process.exit(2);
    }
    fs.mkdirSync('packages/app/dist', { recursive: true });
    fs.writeFileSync('packages/app/dist/index.js', '');
    fs.writeFileSync('packages/app/dist/.tsbuildinfo', '');
  `,
  jest: `
    console.log(JSON.stringify({ args: process.argv.slice(2), flags: process.execArgv, path: process.env.NODE_PATH }));
    process.exit(7);
  `,
  // As pnpm writes the shim: the shell stays.
  shim: `#!/bin/sh
    "$REAL_NODE" "$@"
    exit $?
  `,
  checker: `#!/bin/sh
    echo "$(basename "$0") $*" >> calls
    [ ! -e "$(basename "$0").fails" ]
  `,
};

/** Replaces the gateway: shuts down gracefully, a little later, on a signal or when its parent has ended. */
const MAIN = `
  import { appendFileSync, writeFileSync } from 'node:fs';
  writeFileSync('main.pid', String(process.pid));
  if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]));
  let ending = false;
  const end = (why) => {
    appendFileSync('calls', 'main ' + why + '\\n');
    if (ending) process.exit(99);
    ending = true;
    setTimeout(() => process.exit(5), 200);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
  process.on('disconnect', () => end('disconnect'));
  setInterval(() => {}, 1000);
`;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export interface Options {
  env?: Record<string, string>;
  uid?: number;
}

let original: Promise<Clone> | undefined;

async function build(): Promise<Clone> {
  const clone = await Clone.create();
  afterTests(() => clone.remove());
  const { code, stderr } = await clone.run(['build']);
  if (code !== 0) throw new Error(stderr);
  await clone.calls();
  return clone;
}

/** A small workspace with the real set-up and with replacements for the programs that the set-up calls. */
export class Clone {
  private readonly children: ChildProcess[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<Clone> {
    const clone = new Clone(await mkdtemp(path.join(tmpdir(), 'mcp gateway clone ')));
    await chmod(clone.folder, 0o755);
    await cp(path.join(LOCAL, 'setup.mjs'), clone.at('packages/local/setup.mjs'));
    await cp(path.join(LOCAL, 'setup'), clone.at('packages/local/setup'), { recursive: true });
    const setup = 'node packages/local/setup.mjs';
    await clone.write({
      'package.json': JSON.stringify({
        name: 'clone',
        private: true,
        type: 'module',
        packageManager: 'pnpm@1.2.3',
        scripts: { start: `${setup} start`, build: `${setup} build` },
        optionalDependencies: { [NODE_PACKAGE]: '1.0.0' },
      }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n\nsavePrefix: ""\n',
      'pnpm-lock.yaml': 'lockfileVersion: 9\n',
      'tsconfig.json': '{ "references": [{ "path": "packages/app" }, { "path": "tsconfig.test.json" }] }',
      'tsconfig.base.json': '{}',
      'packages/app/package.json': '{ "dependencies": { "one": "1.0.0" } }',
      'packages/app/tsconfig.json': '{}',
      'packages/app/src/index.ts': 'export const one = 1;\n',
      'packages/app/src/index.test.ts': 'export const two = 2;\n',
      'packages/database/generate.mjs': `
        import { appendFileSync } from 'node:fs';
        appendFileSync('calls', 'generate\\n');
      `,
      'packages/local/dist/main.js': MAIN,
      'services/control-plane/dist/openapi/generate.js': `
        import { appendFileSync } from 'node:fs';
        appendFileSync('calls', 'openapi ' + process.argv.slice(2).join(' ') + '\\n');
      `,
    });
    for (const [name, code] of Object.entries(PROGRAMS)) await clone.write({ [`programs/${name}`]: code });
    for (const name of ['npx', 'checker', 'shim']) await chmod(clone.at(`programs/${name}`), 0o755);
    await symlink(process.execPath, clone.at('programs/node'));
    return clone;
  }

  /** A workspace that is already built; `calls` is empty. A build of each would take longer than most tests. */
  static async built(): Promise<Clone> {
    const clone = new Clone(await mkdtemp(path.join(tmpdir(), 'mcp gateway clone ')));
    await chmod(clone.folder, 0o755);
    const { folder } = await (original ??= build());
    await cp(folder, clone.folder, { recursive: true, verbatimSymlinks: true });
    return clone;
  }

  at(file: string): string {
    return path.join(this.folder, file);
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [file, contents] of Object.entries(files)) {
      await mkdir(path.dirname(this.at(file)), { recursive: true });
      await writeFile(this.at(file), contents);
    }
  }

  read(file: string): string {
    return readFileSync(this.at(file), 'utf8');
  }

  append(file: string, text: string): void {
    appendFileSync(this.at(file), text);
  }

  /** The calls since the previous call of this function. */
  async calls(): Promise<string[]> {
    const calls = existsSync(this.at('calls')) ? this.read('calls').trim().split('\n').filter(Boolean) : [];
    await rm(this.at('calls'), { force: true });
    return calls;
  }

  hasCalled(name: string): boolean {
    return existsSync(this.at('calls')) && this.read('calls').includes(`${name} `);
  }

  /** Runs `node packages/local/setup.mjs …` as npm would start it. */
  setup(args: string[], { env = {}, uid }: Options = {}): Started {
    return this.start(process.execPath, [this.at('packages/local/setup.mjs'), ...args], { env, uid });
  }

  async run(args: string[], options: Options = {}): Promise<Ended> {
    return this.setup(args, options).ended;
  }

  start(
    command: string,
    args: string[],
    { env = {}, uid }: { env?: Record<string, string>; uid?: number | undefined },
  ): Started {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: {
        PATH: `${this.at('programs')}:${process.env['PATH']}`,
        HOME: this.folder,
        REAL_NODE: process.execPath,
        npm_node_execpath: this.at('programs/node'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.children.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
    return { child, ended };
  }

  /** The pid of the gateway's replacement, once it runs. */
  async mainPid(): Promise<number> {
    return waitFor('the gateway', () => Number(this.read('main.pid')));
  }

  async remove(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    const main = existsSync(this.at('main.pid')) ? await this.mainPid() : undefined;
    if (main !== undefined && isAlive(main)) process.kill(main, 'SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
