import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { lineWriter, type Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { auditStream } from './stream.js';
import { auditTrail, type AuditTrail } from './trail.js';

export interface OpenTrailParts {
  service: AuditRecord['service'];
  redis: RedisClient;
  log: Logger;
  metrics?: Metrics | undefined;
}

/** The trail of a service as MCP_GATEWAY_AUDIT sets it; undefined when it is off. */
export function openTrail(
  config: { MCP_GATEWAY_AUDIT: 'off' | 'stdout' | 'database' | 'both'; REDIS_PREFIX: string },
  { service, redis, log, metrics }: OpenTrailParts,
): AuditTrail | undefined {
  const { MCP_GATEWAY_AUDIT: mode, REDIS_PREFIX } = config;
  if (mode === 'off') return undefined;
  const counter = metrics?.counter({
    name: 'mcp_gateway_audit_records_total',
    help: 'Audit records by what became of them',
    labels: ['outcome'],
  });
  for (const outcome of ['written', 'streamed', 'dropped']) counter?.inc({ outcome }, 0); // so that a rate counts the first event
  return auditTrail({
    service,
    lines: mode === 'database' ? undefined : lineWriter(process.stdout.fd),
    stream: mode === 'stdout' ? undefined : auditStream(redis, REDIS_PREFIX),
    log,
    count: counter && ((outcome, records) => counter.inc({ outcome }, records)),
  });
}
