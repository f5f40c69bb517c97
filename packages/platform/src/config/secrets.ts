import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

/** A larger file is refused. Authorities of a whole system take a quarter of it. */
const MAX_BYTES = 1024 * 1024;

/** A setting with `.meta({ secret: true })` is secret: `X_FILE` may name a file with the value of `X`. */
function isSecret(field: unknown): boolean {
  if (!(field instanceof z.ZodType)) return false;
  return field.meta()?.['secret'] === true || (field instanceof z.ZodOptional && isSecret(field.unwrap()));
}

const shapeOf = (schema: z.ZodType): Record<string, unknown> => (schema instanceof z.ZodObject ? schema.shape : {});

/** The variable that names the file of a secret. */
export const fileVariable = (name: string): string => `${name}_FILE`;

/** The names of all variables that a configuration reads, those that name files of secrets included. */
export const variablesOf = (schema: z.ZodObject): string[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => (isSecret(field) ? [name, fileVariable(name)] : [name]));

/**
 * The environment with the contents of the files that `X_FILE` names for secrets. The contents appear in no message.
 * @returns also a sentence for each file that cannot be used
 */
export function withSecretFiles(
  schema: z.ZodType,
  environment: Readonly<Record<string, string>>,
): { values: Record<string, string>; faults: string[] } {
  const values = { ...environment };
  const faults: string[] = [];
  for (const [name, field] of Object.entries(shapeOf(schema))) {
    const variable = fileVariable(name);
    const file = environment[variable];
    if (file === undefined || !isSecret(field)) continue;
    if (environment[name] !== undefined) {
      faults.push(`${name} and ${variable} are both set: remove one of them`);
      delete values[name];
      continue;
    }
    try {
      values[name] = readSecretFile(file);
    } catch (error) {
      faults.push(`${variable} must name a file with the value of ${name}: ${(error as Error).message}`);
    }
  }
  return { values, faults };
}

/**
 * The content without the line end that editors and `echo` append.
 * @throws Error that names the file and says what is wrong with it
 */
export function readSecretFile(file: string): string {
  const { size } = checkedStat(file);
  if (size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes`);
  const content = readFileSync(file, 'utf8').replace(/(?<![\r\n])[\r\n]+$/, '');
  if (/^[\r\n]*$/.test(content)) throw new Error(`${file} is empty`);
  return content;
}

function checkedStat(file: string) {
  const stat = statSync(file);
  if (!stat.isFile()) throw new Error(`${file} is not a file`); // reading a pipe or a device could block for ever
  return stat;
}
