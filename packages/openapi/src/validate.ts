import { upgradeFromThreeToThreeOne } from '@scalar/openapi-upgrader/3.0-to-3.1';
import { Validator } from '@seriousme/openapi-schema-validator';
import { DocumentFault, isObject, type JsonObject } from './document.js';

/** Keeps the compiled schemas of OpenAPI. It is given objects only: for a text it would open a file. */
const validator = new Validator({ logger: false });

/**
 * A document of 3.1, from one of 3.0 or 3.1: with the schemas of JSON Schema 2020-12.
 * @throws DocumentFault for a document that the JSON Schema of its version does not permit
 */
export async function validDocument(document: JsonObject): Promise<JsonObject> {
  const { valid, errors } = await validator.validate(document);
  if (!valid) throw faultOf(errors);
  // It changes the root, and copies the rest.
  const upgraded: unknown = upgradeFromThreeToThreeOne({ ...document });
  if (!isObject(upgraded)) throw new DocumentFault('document', [], 'must be an OpenAPI document');
  return upgraded;
}

type ValidationErrors = Awaited<ReturnType<Validator['validate']>>['errors'];

/** The fault that lies deepest: the others say that something in it is wrong. */
function faultOf(errors: ValidationErrors): DocumentFault {
  if (typeof errors === 'string' || errors === undefined) {
    return new DocumentFault('document', [], `is not valid: ${String(errors).slice(0, 256)}`);
  }
  const depth = ({ instancePath }: { instancePath: string }) => instancePath.split('/').length;
  const [deepest] = errors.toSorted((one, other) => depth(other) - depth(one));
  const path = (deepest?.instancePath ?? '')
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return new DocumentFault('document', path, `is not valid: ${deepest?.message ?? 'it fails its schema'}`);
}
