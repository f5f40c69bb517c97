import { ColumnTypeEnum, type ColumnType } from '@prisma/driver-adapter-utils';
import { types } from 'pg';

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

export const columnTypeOf = (oid: number): ColumnType => COLUMN_TYPES[oid] ?? ColumnTypeEnum.Text;

export function parserOf(oid: number): Parse {
  const type = columnTypeOf(oid);
  if (type === ColumnTypeEnum.CharacterArray || type === ColumnTypeEnum.TextArray) return standardParser(TEXT_ARRAY);
  if (type === ColumnTypeEnum.DateTime) return (text) => (standardParser(oid)(text) as Date).toISOString();
  return standardParser(oid);
}

const standardParser: (oid: number) => Parse = types.getTypeParser;
