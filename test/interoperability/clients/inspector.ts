import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ANSWERS } from '../features.ts';
import { attemptAll, Cannot, readArguments } from './attempt.ts';
import { attempts, cancelledOf, expectText, pause, type TriedClient } from './attempts.ts';
import { noResumption } from './resumes.ts';

// `node inspector.ts URL PROFILE ERA PROGRAM`, where PROGRAM is the Inspector's own. Each run makes one request.
const { url, profile, mode: protocolEra } = readArguments();
const [, , , , , inspector = ''] = process.argv;
const RECEIPT_MS = 2000;

const folder = await mkdtemp(join(tmpdir(), 'inspector-'));
const config = join(folder, 'config.json');
const isOld = url.pathname.endsWith('/sse');
await writeFile(
  config,
  JSON.stringify({
    mcpServers: {
      tried: {
        type: isOld ? 'sse' : 'streamable-http',
        url: url.href,
        protocolEra,
        roots: [{ uri: ANSWERS.root, name: 'root' }],
        modernLogLevel: 'debug',
      },
    },
  }),
);
const program = [inspector, '--cli', '--config', config, '--server', 'tried', '--quiet', '--method'];

/** The printed output, which may contain a refusal. @throws Error with the output when the program fails */
async function run(...args: string[]): Promise<unknown> {
  // Part of a run's time is the compilation of the program.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(inspector), 'compiled') };
  const { stdout } = await promisify(execFile)(process.execPath, [...program, ...args], { env }).catch(
    ({ stdout: output, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${output} ${stderr}`.trim());
    },
  );
  return JSON.parse(stdout);
}
const callArguments = (name: string, args: object = {}) => [
  'tools/call',
  '--tool-name',
  name,
  '--tool-args-json',
  JSON.stringify(args),
];

const client: TriedClient = {
  listTools: () => run('tools/list'),
  call: ({ name, args }) => run(...callArguments(name, args)),
  listPrompts: () => run('prompts/list'),
  getPrompt(name, args) {
    const pairs = Object.entries(args).map((pair) => pair.join('='));
    return run('prompts/get', '--prompt-name', name, '--prompt-args', ...pairs);
  },
  listResources: () => run('resources/list'),
  listResourceTemplates: () => run('resources/templates/list'),
  readResource: (uri) => run('resources/read', '--uri', uri),
  complete: () => run('prompts/complete'),
  subscribe: (uri) => run('resources/subscribe', '--uri', uri).then(() => async () => {}),
  callLogged: ({ name, args }) => run(...callArguments(name, args)),
  notifications: [],
  resumes: noResumption.sse,
};

await attemptAll({
  ...attempts(client, profile),
  async progress() {
    expectText(await client.call(profile.progress), 'content');
    throw new Cannot('it prints results only');
  },
  async logging() {
    const { text, ...tool } = profile.logging;
    const output = JSON.stringify(await client.call(tool));
    if (!output.includes(text)) throw new Cannot('it prints results only');
  },
  /** Ends a run that waits for its answer, like Ctrl-C. */
  async cancellation() {
    const { witness, name, args } = profile.cancellation;
    if (!witness)
      throw new Cannot('it cancels by ending, and the server does not report whether it has received the cancellation');
    const other = new Client({ name: 'witness', version: '1.0.0' });
    await other.connect(new StreamableHTTPClientTransport(url));
    const callWitness = async () => JSON.stringify(await other.callTool({ ...witness }));
    const before = await callWitness();
    const running = spawn(process.execPath, [...program, ...callArguments(name, args)], { stdio: 'ignore' });
    while ((await callWitness()) === before) await pause();
    running.kill('SIGINT');
    await once(running, 'exit');
    const deadline = Date.now() + RECEIPT_MS;
    while (cancelledOf(await callWitness()) === cancelledOf(before) && Date.now() < deadline) await pause();
    const after = await callWitness();
    await other.close();
    if (cancelledOf(after) === cancelledOf(before))
      throw new Cannot('it ends, which cancels nothing before 2026-07-28');
  },
  async resumption() {
    const { text, endedBy, ...tool } = profile.resumption;
    expectText(await client.call(tool), text);
    if (isOld) throw new Cannot(noResumption.sse);
    if (JSON.stringify(await run('initialize')).includes('2026-07-28')) throw new Cannot(noResumption.modern);
    if (endedBy === 'cut') throw new Cannot('it lets nobody cut its stream, and the server does not');
  },
});
await rm(folder, { recursive: true });
process.exit(0); // a connection may still be open
