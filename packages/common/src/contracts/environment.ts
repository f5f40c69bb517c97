import { z } from 'zod';
import { boundedString, text } from './text.js';

/** The platform sets these for every replica. A spec that sets them would break routing or isolation. */
const RESERVED = /^(PORT|HOST|PATH|MCP_GATEWAY_.*|KUBERNETES_.*)$/;

const VariableName = boundedString(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and underscores, not starting with a digit')
  .refine((name) => !RESERVED.test(name), { message: 'is set by the platform and cannot be overridden' });

/** At most 256 variables. */
const variablesOf = <T extends z.ZodType>(value: T) => z.preprocess(refuseWhole, z.record(VariableName, value));

const MAX_VARIABLES = 256;

/**
 * Refuses too many variables before the check of each one takes its time, and refuses `__proto__`: zod drops this key of a record,
 * and no accepted variable may get lost.
 */
function refuseWhole(variables: unknown, context: z.RefinementCtx): unknown {
  if (Object.keys(Object(variables)).length > MAX_VARIABLES) {
    context.addIssue({ code: 'custom', message: `must hold at most ${MAX_VARIABLES} variables` });
  }
  if (Object.hasOwn(Object(variables), '__proto__')) {
    context.addIssue({ code: 'custom', path: ['__proto__'], message: 'is not a possible name here' });
  }
  return variables;
}

/** Literal environment of a replica: at most 256 variables of 32 KiB each. */
export const EnvironmentVariables = variablesOf(text(32_768));

/** A DNS subdomain (RFC 1123 §2.1), as Kubernetes names Secrets. */
const SecretName = boundedString(253).regex(
  /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
  'must be lower-case letters, digits, inner hyphens and dots',
);

const SecretKey = boundedString(253).regex(/^[A-Za-z0-9._-]+$/, 'must be letters, digits, ".", "_" and "-"');

/** Variables whose values stay in Secrets: each has the name of a Secret and a key in it. */
export const SecretEnvironment = variablesOf(
  z.strictObject({
    secret: SecretName.meta({ description: 'Name of the Secret.' }),
    key: SecretKey.meta({ description: 'Key in the Secret.' }),
  }),
);
