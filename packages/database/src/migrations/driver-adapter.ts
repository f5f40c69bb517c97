import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils';
import { DatabaseError, type Client } from 'pg';
import { isDatabaseUnavailable } from '../unavailable.js';
import { columnTypeOf, parserOf } from './column-types.js';

export const PROVIDER = { provider: 'postgres', adapterName: '@prisma/adapter-pg' } as const;

/** A session lock. A pooler would hand it on with the connection; `withMigrationLock` makes it unnecessary. */
const ENGINE_LOCK = /^SELECT pg_advisory_lock\(/;

/** One connection in the form that the schema engine uses. */
export function driverAdapter(client: Client, dispose: () => Promise<void>): SqlDriverAdapter {
  const queryable = sqlQueryable(client);
  return {
    ...queryable,
    // One message of the simple protocol: the script is one transaction, and a semicolon in a string or a function body
    // does not split it.
    executeScript: async (script) => void (await client.query(script).catch(throwDriverError)),
    async startTransaction() {
      await client.query('BEGIN').catch(throwDriverError);
      // The engine sends COMMIT or ROLLBACK itself before it calls these.
      return { ...queryable, options: { usePhantomQuery: false }, commit: async () => {}, rollback: async () => {} };
    },
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose,
  };
}

function sqlQueryable(client: Client): SqlQueryable {
  const run = ({ sql, args }: SqlQuery) =>
    client
      .query<unknown[]>({ text: sql, values: args, rowMode: 'array', types: { getTypeParser: parserOf } })
      .catch(throwDriverError);
  return {
    ...PROVIDER,
    async queryRaw(query) {
      const { fields, rows } = await run(query);
      return {
        columnNames: fields.map(({ name }) => name),
        columnTypes: fields.map(({ dataTypeID }) => columnTypeOf(dataTypeID)),
        rows,
      };
    },
    executeRaw: async (query) => (ENGINE_LOCK.test(query.sql) ? 0 : ((await run(query)).rowCount ?? 0)),
  };
}

/** Throws an error of the server as an error of the engine, which gives it a Prisma code. */
export function throwDriverError(error: unknown): never {
  if (!(error instanceof DatabaseError)) {
    // The engine turns an error of any other class into a number.
    throw isDatabaseUnavailable(error) ? new DriverAdapterError({ kind: 'ConnectionClosed' }) : error;
  }
  const { code = '', severity = '', message, detail, column, hint } = error;
  throw new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    detail,
    column,
    hint,
    originalCode: code,
    originalMessage: message,
  });
}
