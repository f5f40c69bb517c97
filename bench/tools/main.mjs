// Measures what a call takes through /mcp, that is through a data plane and a tool router, beside the same call straight to the
// server, and through gateways that others wrote.
//
//   node bench/tools/main.mjs            about two minutes
//     --calls 2000 --rounds 3            calls of each load, and how often each is repeated
//     --tools 5000                       tools that the server of the lists has
//     --fastmcp PATH                     adds FastMCP's proxy: the `fastmcp` of a Python environment
//     --vmcp PATH                        adds ToolHive's vmcp; `go` in place of a path builds it with Go first, in minutes
//     --profile DIR                      makes V8 write profiles of tool routers and data planes there
//
// Compare the differences of the medians, or the processor time of the gateway's processes, which other work on the machine
// disturbs less. Needs a build (npm run build).
import { execFile, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from '@mcp-gateway/local/redis';
import { freePort } from '@mcp-gateway/platform/serving';
import { routePublisher } from '@mcp-gateway/routing';
import { log, startDataPlane, withRedis } from '../forwarding/start.mjs';
import { cpuSeconds, end } from '../processes.mjs';
import { listTools, openSession } from './client.mjs';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    tools: { type: 'string', default: '5000' },
    fastmcp: { type: 'string' },
    vmcp: { type: 'string' },
    profile: { type: 'string' },
  },
});
const CALLS = Number(options.calls);
const ROUNDS = Number(options.rounds);
const START_MS = 60_000;
const LIST_EVERY = 20;
const TEXT = 'a kilobyte of arguments, '.repeat(36);

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'mcpgw-'));
const started = [];
const redis = await startRedis({ path: process.env.PATH, dataDir: folder, log });

async function startServer(tools) {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [String(tools)]);
  started.push(child);
  const [{ port }] = await once(child, 'message', { signal: AbortSignal.timeout(START_MS) });
  return `http://127.0.0.1:${port}`;
}

/** Publishes MCP servers as sources of tools, by name. */
const publishSources = (prefix, servers) =>
  withRedis(redis.url, async (client) => {
    const publisher = routePublisher(client, prefix);
    const ofRun = await publisher.beginRun();
    const version = { createdAt: new Date(), generation: 1, run: ofRun };
    const published = Object.entries(servers).map(([name, url]) => ({
      route: {
        kind: 'tool',
        name,
        resourceId: name,
        generation: 1,
        createdBy: 'dev',
        requiredRoles: [],
        affinity: 'session',
        path: '/mcp',
        endpoints: [{ id: `${name}-0`, url, ready: true }],
      },
      definition: { type: 'mcp' },
      version,
    }));
    await publisher.publishAll(published, ofRun);
  });

/** A tool router and a data plane in front of it: the URL of /mcp, and their processes. */
async function startGateway(prefix, servers) {
  await publishSources(prefix, servers);
  const secret = randomBytes(32).toString('base64');
  const child = fork(path.join(checkout, 'services/tool-router/dist/main.js'), [], {
    execArgv: options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      REDIS_URL: redis.url,
      REDIS_PREFIX: prefix,
      MCP_GATEWAY_INTERNAL_SECRETS: secret,
      MCP_GATEWAY_LOG_LEVEL: 'warn',
    },
  });
  started.push(child);
  const settings = { REDIS_PREFIX: prefix, MCP_GATEWAY_INTERNAL_SECRETS: secret };
  const dataPlane = await startDataPlane('gateway', checkout, {
    redisUrl: redis.url,
    profileDir: options.profile,
    settings,
  });
  started.push(dataPlane.child);
  return { url: `${dataPlane.url}/mcp`, processes: { 'data plane': dataPlane.child, 'tool router': child } };
}

/** FastMCP's proxy of one server. */
async function startFastMcp(url) {
  const port = await freePort();
  const child = execFile(options.fastmcp, ['run', url, '--transport', 'http', '--port', String(port), '--no-banner']);
  started.push(child);
  return { url: `http://127.0.0.1:${port}/mcp`, processes: { FastMCP: child } };
}

const VMCP = 'github.com/stacklok/toolhive/cmd/vmcp@v0.47.0';

/** The program of ToolHive's vmcp; undefined when it cannot be built. */
function buildVmcp() {
  const built = spawnSync('go', ['install', VMCP], { env: { ...process.env, GOBIN: folder }, stdio: 'inherit' });
  if (built.status === 0) return path.join(folder, 'vmcp');
  console.log(`vmcp is left out: ${built.error ? 'there is no Go on this machine' : `${VMCP} cannot be built`}`);
  return undefined;
}

/** ToolHive's vmcp in front of one server, for callers without sign-in. */
async function startVmcp(program, url) {
  const port = await freePort();
  const config = path.join(folder, `vmcp-${port}.yaml`);
  const settings = {
    name: 'bench',
    groupRef: 'bench', // required, and not read with backends of its own
    backends: [{ name: 'one', url, transport: 'streamable-http' }],
    incomingAuth: { type: 'anonymous' },
    outgoingAuth: { source: 'inline', default: { type: 'unauthenticated' } },
    aggregation: { conflictResolution: 'prefix', conflictResolutionConfig: { prefixFormat: '{workload}_' } },
  };
  writeFileSync(config, JSON.stringify(settings)); // YAML is a superset of JSON
  const child = spawn(program, ['serve', '--config', config, '--port', String(port)], {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: 'ignore',
  });
  started.push(child);
  return { url: `http://127.0.0.1:${port}/mcp`, processes: { vmcp: child } };
}

/** A session, once the gateway has started and lists all tools. */
async function sessionWith(url, tools) {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      const session = await openSession(url);
      const listed = await listTools(session);
      if (listed.length >= tools) return { session, echo: listed.find(({ name }) => name.endsWith('echo')).name };
      throw new Error(`${url} lists ${listed.length} tools instead of ${tools}`);
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(200);
    }
  }
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const percentile = (values, part) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** Milliseconds of each call, one after the other. */
async function run(times, work) {
  const took = [];
  for (let i = 0; i < times; i += 1) took.push(await timed(work));
  return took;
}

const median = (values) => percentile(values, 0.5);
const print = (name, runs, base) => {
  const p50 = median(runs.map((took) => percentile(took, 0.5)));
  const p99 = median(runs.map((took) => percentile(took, 0.99)));
  const more = base === undefined ? '' : `, ${(p50 - base).toFixed(2)} more than straight to the server`;
  console.log(`  ${name.padEnd(20)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms${more}`);
  return p50;
};

/** Microseconds that the processes of a subject have used so far. */
const processorTimes = ({ processes = {} }) =>
  new Map(Object.entries(processes).map(([name, { pid }]) => [name, cpuSeconds(pid) * 1e6]));

async function compare(subjects, work, times) {
  const runs = new Map(subjects.map(({ name }) => [name, []]));
  const spent = new Map();
  for (const subject of subjects) await run(Math.min(times, 200), () => work(subject)); // warms up
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const subject of subjects) {
      const before = processorTimes(subject);
      runs.get(subject.name).push(await run(times, () => work(subject)));
      for (const [name, microseconds] of processorTimes(subject))
        spent.set(name, (spent.get(name) ?? 0) + microseconds - before.get(name));
    }
  }
  let base;
  for (const [name, took] of runs)
    base = print(name, took, base) && (base ?? median(took.map((each) => percentile(each, 0.5))));
  for (const [name, microseconds] of spent) {
    console.log(`  ${name.padEnd(20)} ${Math.round(microseconds / (times * ROUNDS))} µs of processor time for each`);
  }
}

try {
  const one = await startServer(1);
  const many = await startServer(Number(options.tools));
  const calls = [
    { name: 'server', url: `${one}/mcp` },
    { name: '/mcp', ...(await startGateway('one', { one })) },
  ];
  const lists = [
    { name: 'server', url: `${many}/mcp` },
    { name: '/mcp', ...(await startGateway('many', { many })) },
  ];
  if (options.fastmcp) {
    calls.push({ name: 'FastMCP', ...(await startFastMcp(`${one}/mcp`)) });
    lists.push({ name: 'FastMCP', ...(await startFastMcp(`${many}/mcp`)) });
  }
  const vmcp = options.vmcp === 'go' ? buildVmcp() : options.vmcp;
  if (vmcp) {
    calls.push({ name: 'vmcp', ...(await startVmcp(vmcp, `${one}/mcp`)) });
    lists.push({ name: 'vmcp', ...(await startVmcp(vmcp, `${many}/mcp`)) });
  }
  for (const subject of calls) Object.assign(subject, await sessionWith(subject.url, 1));
  for (const subject of lists) Object.assign(subject, await sessionWith(subject.url, Number(options.tools)));

  console.log(`tools/call of 1 KB, one after the other, ${ROUNDS} rounds of ${CALLS}:`);
  await compare(
    calls,
    ({ session, echo }) => session.request('tools/call', { name: echo, arguments: { text: TEXT } }),
    CALLS,
  );
  console.log(`tools/list, one page after the other, of ${options.tools} tools:`);
  await compare(lists, ({ session }) => session.request('tools/list'), CALLS / LIST_EVERY);
  console.log('tools/list, all pages:');
  await compare(lists, ({ session }) => listTools(session), CALLS / LIST_EVERY);
} finally {
  for (const child of started.toReversed()) await end(child);
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
