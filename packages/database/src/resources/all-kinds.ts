import type { ResourceKind } from '@mcp-gateway/common/contracts';
import type { Database } from '../connect.js';
import { Prisma } from '../generated/client.js';
import { queryOrUnavailable } from '../unavailable.js';
import { identifier } from './row.js';

interface KindTable {
  kind: ResourceKind;
  name: string;
}

/** The tables of the kinds that have replicas. Together they count towards the quotas of tenants. */
const REPLICATED: readonly KindTable[] = [
  { kind: 'adapter', name: 'adapters' },
  { kind: 'tool', name: 'tools' },
];
const TABLES: readonly KindTable[] = [...REPLICATED, { kind: 'toolset', name: 'toolsets' }];

const unionOf = (queries: Prisma.Sql[]) => Prisma.join(queries, ' UNION ALL ');

export interface ResourceCount {
  kind: ResourceKind;
  /** The phase of the status, or `Deleting`. */
  phase: string;
  resources: number;
  /** Resources among them with a change that waits for a reconcile. */
  lagging: number;
}

/** How many resources of each kind there are in each phase. @throws GatewayError UNAVAILABLE while the database is unavailable. */
export const countResources = (database: Database): Promise<ResourceCount[]> =>
  queryOrUnavailable(
    () =>
      database.$queryRaw<ResourceCount[]>`${unionOf(
        TABLES.map(
          ({ kind, name }) => Prisma.sql`
          SELECT ${kind}::text AS kind, CASE WHEN deleted_at IS NULL THEN phase ELSE 'Deleting' END AS phase,
                 count(*)::int AS resources,
                 (count(*) FILTER (WHERE observed_generation < generation OR deleted_at IS NOT NULL))::int AS lagging
          FROM ${identifier(name)} GROUP BY 2`,
        ),
      )}`,
  );

export interface TenantUse {
  resources: number;
  /** As the specs say. */
  replicas: number;
  /** They are none of the resources above. */
  toolsets: number;
}

/**
 * The query for what a tenant has, without what is being deleted. Its one row is a `TenantUse`.
 * @param except a resource that does not count, by its table
 */
export const tenantUse = (tenant: string, except?: { table: string; name: string }): Prisma.Sql => {
  const held = (table: string) => Prisma.sql`${identifier(table)} WHERE tenant = ${tenant} AND deleted_at IS NULL
    ${except?.table === table ? Prisma.sql`AND name <> ${except.name}` : Prisma.empty}`;
  return Prisma.sql`
    SELECT count(*)::int AS resources, coalesce(sum(replicas), 0)::int AS replicas,
           (SELECT count(*)::int FROM ${held('toolsets')}) AS toolsets
    FROM (${unionOf(
      REPLICATED.map(({ name }) => Prisma.sql`SELECT (spec->>'replicaCount')::int AS replicas FROM ${held(name)}`),
    )}) AS held`;
};

/** Whether a resource belongs to the tenant, also one that is being deleted. */
export const isInUse = (tenant: string): Prisma.Sql =>
  Prisma.sql`EXISTS (${unionOf(TABLES.map(({ name }) => Prisma.sql`SELECT 1 FROM ${identifier(name)} WHERE tenant = ${tenant}`))})`;
