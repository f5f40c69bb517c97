import { boundedString } from './text.js';

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

/** Image reference without its registry: `name:tag`, `name@sha256:…` or `name:tag@sha256:…`. */
export const imageReference = ({ imageName, imageVersion }: { imageName: string; imageVersion: string }): string =>
  imageName + (/^sha\d+:/.test(imageVersion) ? '@' : ':') + imageVersion;

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
