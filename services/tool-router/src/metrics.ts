import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { HTTP_BUCKETS, labelledSeries, redisGauge, type Metrics } from '@mcp-gateway/platform/telemetry';
import type { CallOutcome, ToolCalls } from './calls/call-tool.js';
import type { ParkedCalls } from './calls/parked-calls.js';
import type { Catalogue } from './catalog/catalogue.js';
import { listingOf, type KnownSource } from './catalog/known-source.js';
import { KINDS, type Kind } from './catalog/view.js';
import type { Sessions } from './server/sessions.js';

export interface RouterMetrics {
  /** @param source undefined: the caller sees no such tool */
  called(source: ResourceRef | undefined, outcome: CallOutcome, ms: number): void;
  /** A client has got a page of a list. */
  answeredList(kind: Kind, ms: number): void;
  /** A source has listed what it offers, or has failed to. */
  sourceListed(source: ResourceRef, outcome: 'listed' | 'failed', ms: number): void;
  /** Reads the gauges from these parts at each scrape from now on. */
  watch(parts: GaugeParts): void;
}

interface GaugeParts {
  redis: Pick<RedisClient, 'isReady'>;
  catalogue: Catalogue;
  calls: ToolCalls;
  parked: ParkedCalls;
  sessions: Sessions;
}

/** All names that a caller may not use share one series, because clients can invent any number of names. */
const UNKNOWN: ResourceRef = { kind: 'tool', name: 'none' };

/** The metrics that docs/metrics.md lists for the tool router. A source has labels of its own only while it is registered. */
export function routerMetrics(metrics: Metrics): RouterMetrics {
  const { calls, callDurations, listDurations, sourceLists, sourceDurations } = defineMetrics(metrics);
  let catalogue: Catalogue | undefined;
  return {
    called(of, outcome, ms) {
      const source = of && catalogue?.has(of) ? of : UNKNOWN; // it may have gone while the call was under way
      calls.of(source, outcome).inc();
      callDurations.of(source).observe(ms / 1_000);
    },
    answeredList: (list, ms) => listDurations.observe({ list }, ms / 1_000),
    sourceListed(source, outcome, ms) {
      sourceLists.of(source, outcome).inc();
      sourceDurations.of(source).observe(ms / 1_000);
    },
    watch(parts) {
      addGauges(metrics, parts);
      const { catalogue: followed } = parts;
      catalogue = followed;
      let known = followed.everySource();
      followed.onChange(() => {
        for (const { ref } of known) {
          if (followed.has(ref)) continue;
          for (const series of [calls, callDurations, sourceLists, sourceDurations]) series.forget(ref);
        }
        known = followed.everySource();
      });
    },
  };
}

function defineMetrics(metrics: Metrics) {
  return {
    calls: labelledSeries(
      metrics.counter({
        name: 'mcp_gateway_tool_calls_total',
        help: 'Calls of tools that have ended, by the resource that the tool belongs to',
        labels: ['kind', 'name', 'outcome'],
      }),
    ),
    callDurations: labelledSeries(
      metrics.histogram({
        name: 'mcp_gateway_tool_call_duration_seconds',
        help: 'How long calls of tools took',
        labels: ['kind', 'name'],
        buckets: HTTP_BUCKETS,
      }),
    ),
    listDurations: metrics.histogram({
      name: 'mcp_gateway_list_duration_seconds',
      help: 'How long the tool router took to make a page of a list for a client',
      labels: ['list'],
      buckets: HTTP_BUCKETS,
    }),
    sourceLists: labelledSeries(
      metrics.counter({
        name: 'mcp_gateway_source_lists_total',
        help: 'Attempts to list what a source of tools offers',
        labels: ['kind', 'name', 'outcome'],
      }),
    ),
    sourceDurations: labelledSeries(
      metrics.histogram({
        name: 'mcp_gateway_source_list_duration_seconds',
        help: 'How long attempts to list what a source offers took',
        labels: ['kind', 'name'],
        buckets: HTTP_BUCKETS,
      }),
    ),
  };
}

const STATES = ['listed', 'failing', 'missing', 'untried'] as const;

/**
 * listed   the last attempt to list succeeded
 * failing  the last attempt failed; clients see what the source listed before
 * missing  it has failed, and clients see nothing of it
 * untried  the first attempt is under way
 */
function stateOf({ listing, failure }: KnownSource): (typeof STATES)[number] {
  if (failure === undefined) return listing ? 'listed' : 'untried';
  return listing ? 'failing' : 'missing';
}

/** Gauges of state that the tool router keeps anyway, read at each scrape. */
function addGauges(metrics: Metrics, { redis, catalogue, calls, parked, sessions }: GaugeParts): void {
  const single = (name: string, help: string, value: () => number) =>
    metrics.gauge({ name, help, labels: [] }, () => [{ labels: {}, value: value() }]);
  const bySource = (name: string, help: string, read: (known: KnownSource) => number | undefined) =>
    metrics.gauge({ name, help, labels: ['kind', 'name'] }, () =>
      catalogue.everySource().flatMap((known) => {
        const value = read(known);
        return value === undefined ? [] : [{ labels: { kind: known.ref.kind, name: known.ref.name }, value }];
      }),
    );

  metrics.gauge(
    { name: 'mcp_gateway_sources', help: 'Registered sources of tools, by state', labels: ['state'] },
    () => {
      const counts = { listed: 0, failing: 0, missing: 0, untried: 0 };
      for (const known of catalogue.everySource()) counts[stateOf(known)] += 1;
      return STATES.map((state) => ({ labels: { state }, value: counts[state] }));
    },
  );
  metrics.gauge(
    {
      name: 'mcp_gateway_source_entries',
      help: 'Tools, prompts, resources and templates that a source has listed',
      labels: ['kind', 'name', 'list'],
    },
    () =>
      catalogue
        .everySource()
        .flatMap((known) =>
          KINDS.map((list) => ({ labels: { ...known.ref, list }, value: listingOf(known)[list].length })).filter(
            ({ value }) => value > 0,
          ),
        ),
  );
  bySource(
    'mcp_gateway_source_listed_timestamp_seconds',
    'Unix time at which a source has last listed what it offers',
    ({ listedAt }) => (listedAt === undefined ? undefined : listedAt / 1_000),
  );
  bySource(
    'mcp_gateway_source_definitions_held_back',
    'Tools and prompts of a source that wait for approval',
    ({ heldBack }) => heldBack.length,
  );
  bySource('mcp_gateway_source_sessions', 'Sessions of clients at the server of a source', ({ source }) =>
    source.sessions?.(),
  );
  bySource('mcp_gateway_tool_calls_in_flight', 'Calls that wait for a source', (known) => calls.underWay(known));
  bySource(
    'mcp_gateway_source_circuit_open',
    '1 while calls of a source fail at once because many have failed',
    (known) => (calls.isCircuitOpen(known) ? 1 : 0),
  );
  single('mcp_gateway_calls_parked', 'Calls that wait for the next round of a client', () => parked.size);
  single('mcp_gateway_client_sessions', 'Sessions of clients at this tool router', () => sessions.size);
  redisGauge(metrics, redis);
}
