// Measures what a noisy tenant does to another: it sends ten times its quota while a quiet tenant goes on calling.
//
//   node bench/tenants/main.mjs          about two minutes
//     --rounds 5 --seconds 10            pairs of runs, alternately without and with the noisy tenant, and the length of each
//
// Both tenants call through two data planes. Compare the two latencies; their ratio depends little on the machine.
// Needs a build (npm run build).
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from '@mcp-gateway/local/redis';
import { Agent, request } from 'undici';
import { startIssuer } from '../forwarding/issuer.mjs';
import { MESSAGE, MODERN } from '../forwarding/messages.mjs';
import { log, publishRoutes, publishTenants, startDataPlane, startSubject } from '../forwarding/start.mjs';
import { end } from '../processes.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
});
const CALLERS = 10;
/** In a second. */
const QUIET = { quota: 100, sends: 50 };
const NOISY = { quota: 50, sends: 500 };
const PREFIX = 'tenants';
const TIMEOUT_MS = 30_000;

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const agent = new Agent({ connections: 64, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
const folder = mkdtempSync(path.join(tmpdir(), 'mcpgw-'));
const started = [];
const issuer = await startIssuer();
const redis = await startRedis({ path: process.env.PATH, dataDir: folder, log });

/** Sends at a constant rate, whether or not answers come, and returns milliseconds and status of each. */
async function send(urls, tokens, perSecond, seconds) {
  const calls = [];
  const began = performance.now();
  for (let i = 0; i < perSecond * seconds; i += 1) {
    const early = began + (i * 1_000) / perSecond - performance.now();
    if (early > 0) await delay(early);
    calls.push(call(urls[i % urls.length], tokens[i % tokens.length]));
  }
  return Promise.all(calls);
}

async function call(url, token) {
  const began = performance.now();
  const headers = { ...MODERN, authorization: `Bearer ${token}` };
  const answer = await request(`${url}/adapters/json/mcp`, {
    method: 'POST',
    headers,
    body: MESSAGE,
    dispatcher: agent,
  });
  await answer.body.dump();
  return { ms: performance.now() - began, status: answer.statusCode };
}

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const millis = (calls, part) =>
  percentile(
    calls.map(({ ms }) => ms).toSorted((a, b) => a - b),
    part,
  ).toFixed(1);
const amount = (calls, status) => calls.filter((each) => each.status === status).length;

try {
  const upstream = await startSubject('upstream');
  started.push(upstream);
  await publishRoutes(redis.url, upstream.url, PREFIX, ['quiet', 'noisy']);
  await publishTenants(redis.url, PREFIX, {
    quiet: { roles: ['quiet'], quota: { requests: { second: QUIET.quota } } },
    noisy: { roles: ['noisy'], quota: { requests: { second: NOISY.quota } } },
  });
  const settings = {
    AUTH_MODE: 'oidc',
    OIDC_ISSUERS: issuer.settings,
    REDIS_PREFIX: PREFIX,
    MCP_GATEWAY_SESSION_KEYS: randomBytes(32).toString('base64'),
  };
  for (const name of ['first', 'second']) {
    started.push(await startDataPlane(name, checkout, { redisUrl: redis.url, settings }));
  }
  const urls = started.slice(1).map(({ url }) => url);
  const numbers = Array.from({ length: CALLERS }, (_, i) => i);
  const tokensOf = (role) => Promise.all(numbers.map((i) => issuer.token(`${role}-${i}`, role)));
  const [quiet, noisy] = await Promise.all([tokensOf('quiet'), tokensOf('noisy')]);

  await send(urls, quiet, QUIET.sends, 3); // warms up
  const seconds = Number(options.seconds);
  const ratios = [];
  console.log('latency of the quiet tenant in ms, and answers to the noisy one');
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const alone = await send(urls, quiet, QUIET.sends, seconds);
    const [beside, noise] = await Promise.all([
      send(urls, quiet, QUIET.sends, seconds),
      send(urls, noisy, NOISY.sends, seconds),
    ]);
    for (const calls of [alone, beside]) {
      const failed = calls.length - amount(calls, 200);
      if (failed > 0) throw new Error(`${failed} calls of the quiet tenant failed`);
    }
    ratios.push(millis(beside, 0.99) / millis(alone, 0.99));
    console.log(
      `alone p50 ${millis(alone, 0.5)} p99 ${millis(alone, 0.99)}, beside it p50 ${millis(beside, 0.5)} ` +
        `p99 ${millis(beside, 0.99)}; noisy: ${amount(noise, 200)} answered, ${amount(noise, 429)} refused`,
    );
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
  console.log(`ratio of p99, median: ${median.toFixed(2)}`);
} finally {
  await agent.close();
  for (const { child } of started.toReversed()) await end(child);
  issuer.stop();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
