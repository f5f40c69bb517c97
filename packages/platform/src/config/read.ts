import { z } from 'zod';

/** Start-up stops here, with a sentence for each variable that has to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Checks the environment once, at start-up.
 * An empty variable counts as absent, as it does in a shell's `${VAR:-default}`.
 * @throws ConfigError naming every variable that is missing or wrong.
 */
export function readConfig<T extends z.ZodType>(
  schema: T,
  environment: Record<string, string | undefined>,
): z.infer<T> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues
      .map((issue) => {
        const variable = issue.path.join('.');
        return present[variable] === undefined
          ? `${variable} is required: ${describe(schema, variable)}`
          : `${variable} ${issue.message}`;
      })
      .join('\n'),
  );
}

function describe(schema: z.ZodType, variable: string): string {
  const field = schema instanceof z.ZodObject ? (schema.shape[variable] as z.ZodType | undefined) : undefined;
  return field?.description ?? 'see docs/configuration.md';
}
