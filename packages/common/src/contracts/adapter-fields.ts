import { z } from 'zod';

/**
 * A string of at most `max` characters. When the length fails, no later check runs: a caller may send a far longer text, and a
 * pattern may take long on it.
 */
export function boundedString(max: number, min = 0) {
  const string = z.string().max(max, { error: `must be at most ${max} characters`, abort: true });
  return min === 0 ? string : string.min(min, { error: 'must not be empty', abort: true });
}

/** A string that PostgreSQL's `jsonb` can hold: well-formed UTF-16 and no NUL. */
export const text = (max: number, min = 0) =>
  boundedString(max, min).refine((value) => value.isWellFormed() && !value.includes('\0'), {
    message: 'must be well-formed Unicode without NUL characters',
  });

// The grammar of the OCI distribution specification. Each alternative begins with another character, so that no pattern
// backtracks.
const WORDS = '[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${WORDS}(?:/${WORDS})*$`);
const TAG = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';
const HASH = '(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})';
const DIGEST = new RegExp(`^${HASH}$`);
const VERSION = new RegExp(`^(?:${TAG}|(?:${TAG}@)?${HASH})$`);

/** The gateway adds the operator's registry. A host in the name would let a caller choose where code comes from. */
const HOST = 'must not name a registry host; the operator configures the registry';
const WORDS_ONLY =
  'must be lower-case words joined by ".", "_", "__" or hyphens, in parts joined by "/", such as "team/mcp-example"';

interface Image {
  imageName?: string | undefined;
  imageVersion?: string | undefined;
}

/** Image reference without its registry: `name:tag`, `name@sha256:…` or `name:tag@sha256:…`. Empty when nothing runs. */
export const imageReference = ({ imageName, imageVersion }: Image): string =>
  imageName === undefined || imageVersion === undefined
    ? ''
    : imageName + (/^sha\d+:/.test(imageVersion) ? '@' : ':') + imageVersion;

export const ImageName = boundedString(255)
  .regex(NAME, { error: ({ input }) => whyNoName(String(input)), abort: true })
  .refine((image) => !namesHost(image), { message: HOST })
  .meta({ description: 'Name of the image without registry, tag and digest.', examples: ['mcp-example'] });

export const ImageVersion = boundedString(264)
  .regex(
    VERSION,
    'must be a tag (letters, digits, "_", "." and "-", at most 128), a digest (sha256:…), or both (1.0.0@sha256:…)',
  )
  .meta({
    description: 'Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`.',
    examples: ['1.0.0'],
  });

/** The rule of image references: the first of several parts is a host when it has a dot or a port, or is localhost. */
function namesHost(image: string): boolean {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (first === 'localhost' || /^\w.*[.:]/.test(first));
}

/** The fault of a name of at most 255 characters, and the place where the wrong part belongs. */
function whyNoName(image: string): string {
  if (namesHost(image)) return HOST;
  const end = image.search(/[:@]/);
  const version = image.slice(end + 1);
  const belongsThere = (image[end] === '@' ? DIGEST : VERSION).test(version);
  if (end < 0 || !NAME.test(image.slice(0, end)) || !belongsThere) return WORDS_ONLY;
  return `must not contain a ${version.includes(':') ? 'digest' : 'tag'}; put "${version}" into imageVersion`;
}

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
