import type { ParameterPlan } from '@mcp-gateway/common/contracts';
import { DocumentFault, isObject, type JsonObject, own, ownObject, ownText, type Placed, resolved } from './document.js';

/** A parameter of an operation, with the schema of its value. */
export interface Parameter {
  plan: Omit<ParameterPlan, 'argument'>;
  required: boolean;
  schema: Placed;
  description: string | undefined;
}

/** Headers that the gateway and HTTP itself set (OpenAPI 3.1 §4.8.12.1 names the first three). */
const NOT_FOR_CALLERS =
  /^(accept|content-type|authorization|cookie|host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|x-forwarded-.*|forwarded|x-mcp-.*|mcp-.*)$/i;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,128}$/;

/**
 * The parameters of an operation; those of the operation replace those of its path item (OpenAPI 3.1 §4.8.9 and §4.8.10).
 * Optional headers that are not for callers are left out.
 * @throws DocumentFault for a parameter that the gateway cannot send
 */
export function parametersOf(document: JsonObject, places: readonly Placed[]): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const { value, path } of places) {
    if (!Array.isArray(value)) continue;
    value.forEach((each, index) => {
      const parameter = parameterOf(resolved(document, { value: each, path: [...path, String(index)] }));
      if (parameter) found.set(`${parameter.plan.in} ${parameter.plan.name}`, parameter);
    });
  }
  return [...found.values()];
}

function parameterOf({ value, path }: Placed): Parameter | undefined {
  const refuse = (message: string) => new DocumentFault('document', path, message);
  const [name, location] = [ownText(value, 'name'), ownText(value, 'in')];
  if (!isObject(value) || name === undefined || name === '') throw refuse('must be a parameter with a name');
  if (location !== 'path' && location !== 'query' && location !== 'header' && location !== 'cookie') {
    throw refuse('must be in "path", "query", "header" or "cookie"');
  }
  const required = own(value, 'required') === true;
  if (location === 'header' && NOT_FOR_CALLERS.test(name)) {
    // OpenAPI ignores these three even if they are required: a body and a credential set them.
    if (!required || /^(accept|content-type|authorization)$/i.test(name)) return undefined;
    throw refuse(`must not require the header ${name}, which callers cannot set`);
  }
  if ((location === 'header' || location === 'cookie') && !TOKEN.test(name)) {
    throw refuse(`must have a name of the characters that a ${location} may have`);
  }
  const { style, schema } = styleOf(value, path, location);
  const explode = own(value, 'explode');
  return {
    plan: { name, in: location, style, explode: typeof explode === 'boolean' ? explode : style === 'form' },
    required,
    schema,
    description: ownText(value, 'description'),
  };
}

const STYLES = {
  path: ['simple'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
} as const;

function styleOf(parameter: JsonObject, path: readonly string[], location: keyof typeof STYLES) {
  const content = Object.entries(ownObject(parameter, 'content'));
  const [first] = content;
  if (first) {
    const [type, media] = first;
    if (!/^application\/([\w.+-]+\+)?json$/i.test(type)) {
      throw new DocumentFault('document', [...path, 'content'], 'must be JSON: the gateway writes no other content');
    }
    return { style: 'json' as const, schema: { value: own(media, 'schema') ?? {}, path: [...path, 'content', type, 'schema'] } };
  }
  const style = ownText(parameter, 'style') ?? STYLES[location][0];
  const known = STYLES[location].find((each) => each === style);
  if (!known) {
    const message = `must be one of ${STYLES[location].join(', ')} for a parameter in ${location}`;
    throw new DocumentFault('document', [...path, 'style'], message);
  }
  return { style: known, schema: { value: own(parameter, 'schema') ?? {}, path: [...path, 'schema'] } };
}
