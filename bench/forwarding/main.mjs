// Measures what forwarding costs: the data plane and other forwarders take the same load in turn.
//
//   node bench/forwarding/main.mjs                       about five minutes
//     --requests 20000 --rounds 5 --connections 50       requests per run, runs, concurrent connections
//     --only data-plane,bare                             only these subjects
//     --against DIR                                      adds the data plane of another checkout, which must be built
//     --sign-in                                          adds one with metrics, and one that also has sign-in, quotas and audit
//     --parts                                            the same, and one for each of the three alone
//     --loads session,stateless                          only loads whose names contain one of these
//     --base 'with metrics'                              ratios are relative to this subject instead of data-plane
//     --profile DIR                                      makes V8 write profiles of the data planes there
//
// Compare the ratios of processor time per request: other work on the machine changes them little.
// Needs Linux, for /proc, and a build (npm run build).
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from '@mcp-gateway/local/redis';
import { freePort } from '@mcp-gateway/platform/serving';
import { end } from '../processes.mjs';
import { startIssuer } from './issuer.mjs';
import { LOADS, measure } from './load.mjs';
import { print, summarize } from './report.mjs';
import { log, publishRoutes, publishQuota, removeAuditRecords, ROLE, startDataPlane, startSubject } from './start.mjs';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string' },
    against: { type: 'string' },
    'sign-in': { type: 'boolean', default: false },
    parts: { type: 'boolean', default: false },
    loads: { type: 'string', default: '' },
    base: { type: 'string', default: 'data-plane' },
    profile: { type: 'string' },
  },
});
const OURS = 'data-plane';
/** Of what the data plane with sign-in keeps in Redis. */
const SIGNED_IN = 'signed-in';
const how = { requests: Number(options.requests), connections: Number(options.connections) };
const rounds = Number(options.rounds);
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const loads = LOADS.filter(({ name }) => options.loads.split(',').some((part) => name.includes(part)));
const isWanted = (name) => !options.only || options.only.split(',').includes(name);

const folder = mkdtempSync(path.join(tmpdir(), 'mcpgw-'));
const started = [];
let issuer;
const redis = await startRedis({ path: process.env.PATH, dataDir: folder, log });
try {
  const begin = async (starting) => started[started.push(await starting) - 1];
  const upstream = await begin(startSubject('upstream'));
  await publishRoutes(redis.url, upstream.url);
  const dataPlane = (name, from, settings) =>
    begin(startDataPlane(name, from, { redisUrl: redis.url, profileDir: options.profile, settings }));

  const subjects = isWanted('direct') ? [{ name: 'direct', url: upstream.url }] : [];
  if (isWanted(OURS)) subjects.push(await dataPlane(OURS, checkout));
  if (options.against) {
    const against = path.resolve(options.against);
    const itsOwn = await import(path.join(against, 'bench/forwarding/start.mjs'));
    await itsOwn.publishRoutes(redis.url, upstream.url); // its format of a route may be another
    subjects.push(await dataPlane('against', against));
  }
  if (options['sign-in'] || options.parts) {
    issuer = await startIssuer();
    const tokens = [];
    for (let i = 0; i < how.connections; i += 1) tokens.push(await issuer.token(i, ROLE));
    await publishRoutes(redis.url, upstream.url, SIGNED_IN);
    await publishQuota(redis.url, SIGNED_IN);
    const signIn = { AUTH_MODE: 'oidc', OIDC_ISSUERS: issuer.settings };
    const quotas = { REDIS_PREFIX: SIGNED_IN };
    const audit = { MCP_GATEWAY_AUDIT: 'database' };
    const parts = options.parts ? { '+ sign-in': signIn, '+ quotas': quotas, '+ audit': audit } : {};
    const all = { 'with metrics': {}, ...parts, 'signed in': { ...signIn, ...quotas, ...audit } };
    for (const [name, settings] of Object.entries(all)) {
      const subject = await dataPlane(name, checkout, {
        MCP_GATEWAY_METRICS_PORT: String(await freePort()),
        ...settings,
      });
      const isSignedIn = settings.AUTH_MODE === 'oidc';
      subjects.push(isSignedIn ? { ...subject, signIn: (i) => ({ authorization: `Bearer ${tokens[i]}` }) } : subject);
    }
  }
  for (const name of ['bare', 'express', 'fastify']) {
    if (isWanted(name)) subjects.push(await begin(startSubject(name, upstream.url)));
  }

  console.log(`${cpus().length} cores, ${cpus()[0].model}; Node ${process.version}; Redis: ${redis.kind}`);
  console.log(`${how.connections} connections, ${rounds} rounds of ${how.requests} requests; medians`);
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const load of loads) {
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
        runs.push({ load: load.name, subject: subject.name, ...(await measure(subject, load, how)) });
        for (const prefix of [SIGNED_IN, undefined]) await removeAuditRecords(redis.url, prefix);
      }
    }
  }
  print(summarize(runs, options.base));
} finally {
  for (const { child } of started.toReversed()) await end(child);
  issuer?.stop();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
