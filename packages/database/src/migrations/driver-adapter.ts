import {
  ColumnTypeEnum,
  DriverAdapterError,
  type ColumnType,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils';
import { DatabaseError, types, type Client } from 'pg';
import { isDatabaseUnavailable } from '../unavailable.js';

type Parse = (text: string) => unknown;

/** Object ids of types in pg_type.dat; they never change. */
const TEXT_ARRAY = 1009;
const TIMESTAMPTZ = 1184;

/**
 * The column types in the system catalogues and in Prisma's own table; every other type is read as text.
 * @prisma/adapter-pg cannot be used here: it refuses `"char"`, which the catalogues contain.
 */
const COLUMN_TYPES: Record<number, ColumnType> = {
  16: ColumnTypeEnum.Boolean,
  18: ColumnTypeEnum.Character,
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  26: ColumnTypeEnum.Int64, // oid
  1000: ColumnTypeEnum.BooleanArray,
  1002: ColumnTypeEnum.CharacterArray,
  1003: ColumnTypeEnum.TextArray, // name[]
  1005: ColumnTypeEnum.Int32Array,
  1007: ColumnTypeEnum.Int32Array,
  [TEXT_ARRAY]: ColumnTypeEnum.TextArray,
  1016: ColumnTypeEnum.Int64Array,
  1028: ColumnTypeEnum.Int64Array, // oid[]
  [TIMESTAMPTZ]: ColumnTypeEnum.DateTime,
};

const columnTypeOf = (oid: number): ColumnType => COLUMN_TYPES[oid] ?? ColumnTypeEnum.Text;

function parserOf(oid: number): Parse {
  const type = columnTypeOf(oid);
  if (type === ColumnTypeEnum.CharacterArray || type === ColumnTypeEnum.TextArray) return standardParser(TEXT_ARRAY);
  if (type === ColumnTypeEnum.DateTime) return (text) => (standardParser(oid)(text) as Date).toISOString();
  return standardParser(oid);
}

const standardParser: (oid: number) => Parse = types.getTypeParser;

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
