import { McpTool, type OpenApiSource, type OperationPlan } from '@mcp-gateway/common/contracts';
import { schemaFault } from '@mcp-gateway/json-schema';
import { type Body, bodyOf } from './body.js';
import { DocumentFault, isObject, type JsonObject, own, ownText, type Placed } from './document.js';
import { argumentName, toolName } from './names.js';
import { choose, type Operation, requestLine } from './operations.js';
import { type Parameter, parametersOf } from './parameters.js';
import { schemaBundle, type SchemaBundle } from './schema.js';
import { serverPath } from './server-path.js';
import { validDocument } from './validate.js';

/** A tool, and how its arguments become a request. */
export interface CompiledOperation {
  tool: McpTool;
  plan: OperationPlan;
}

interface OperationSource extends Pick<OpenApiSource, 'operations'> {
  document: JsonObject;
  /** The path before those of the document, which counts before that of its servers. */
  path?: string | undefined;
}

/**
 * The chosen operations of an OpenAPI document as tools. The same source always gives the same tools. Nothing is fetched.
 * @param source with the part of the document that `chosenPart` gave
 * @throws DocumentFault for a document that is not valid, for an operation that cannot become a tool, and for one whose arguments
 * take too much to be checked
 */
export async function compileOperations(
  source: OperationSource,
): Promise<CompiledOperation[]> {
  const document = await validDocument(source.document);
  const names = new Set<string>();
  const all = { schemas: 0 };
  return choose(document, source.operations).map((operation) => {
    const name = toolName(operation.id ?? requestLine(operation), names);
    names.add(name);
    return compile(document, operation, { name, base: serverPath(document, operation, source.path), all });
  });
}

interface Surroundings {
  name: string;
  /** The path before that of the operation. */
  base: string;
  all: { schemas: number };
}

function compile(document: JsonObject, chosen: Operation, { name, base, all }: Surroundings): CompiledOperation {
  const { path, method, operation } = chosen;
  const place = ['paths', path, method];
  const parameters = parametersOf(document, [
    { value: own(chosen.item, 'parameters'), path: ['paths', path, 'parameters'] },
    { value: own(operation, 'parameters'), path: [...place, 'parameters'] },
  ]);
  refuseTemplate(path, parameters);
  const hasBody = method !== 'get' && method !== 'head';
  const body = hasBody ? bodyOf(document, { value: own(operation, 'requestBody'), path: [...place, 'requestBody'] }) : undefined;
  const input = inputOf(schemaBundle(document, all), parameters, body);
  const summary = ownText(operation, 'summary')?.slice(0, 256);
  const tool = McpTool.safeParse({
    name,
    ...(summary !== undefined && summary !== '' && { title: summary }),
    description: descriptionOf(chosen),
    inputSchema: input.schema,
    annotations: annotationsOf(method),
  });
  if (!tool.success) {
    const [issue] = tool.error.issues;
    throw new DocumentFault('document', place, `becomes a tool that ${issue?.message ?? 'is not valid'}`);
  }
  refuseSchema(tool.data, chosen);
  const plan = { method: method.toUpperCase(), path: base + path, parameters: input.parameters, ...(input.body && { body: input.body }) };
  return { tool: tool.data, plan };
}

function refuseSchema({ inputSchema }: McpTool, chosen: Operation): void {
  const fault = schemaFault(inputSchema);
  if (!fault) return;
  const at = fault.path.length === 0 ? '' : ` at /${fault.path.join('/').slice(0, 256)}`;
  const what = `${requestLine(chosen)} becomes a tool whose inputSchema`;
  throw new DocumentFault('document', [], `must describe its operations in JSON Schema: ${what}${at} ${fault.message}`);
}

const MAX_DESCRIPTION_CHARS = 4_096;

function descriptionOf(chosen: Operation): string {
  const { operation } = chosen;
  const text = ownText(operation, 'description') || ownText(operation, 'summary') || requestLine(chosen);
  const deprecated = own(operation, 'deprecated') === true ? 'Deprecated. ' : '';
  return (deprecated + text).slice(0, MAX_DESCRIPTION_CHARS).toWellFormed();
}

/** What the method says (RFC 9110 §9.2). */
function annotationsOf(method: string): McpTool['annotations'] {
  switch (method) {
    case 'get':
    case 'head':
    case 'options':
      return { readOnlyHint: true };
    case 'put':
    case 'delete':
      return { readOnlyHint: false, destructiveHint: true, idempotentHint: true };
    default:
      return { readOnlyHint: false };
  }
}

/** The literal parts of a path are sent as they are, so they must mean the same path to every program. */
function refuseTemplate(path: string, parameters: readonly Parameter[]): void {
  const refuse = (message: string) => new DocumentFault('document', ['paths', path], message);
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const literal = path.replace(/\{[^{}]*\}/g, 'x');
  if (!/^\/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$/.test(literal)) throw refuse('must be a path with {name} for parameters');
  const isPlain = !literal.includes('//') && !literal.split('/').some((each) => each === '.' || each === '..');
  if (!isPlain || /%(?![0-9a-f]{2})|%(00|2e|2f|5c)/i.test(literal)) {
    throw refuse('must not contain "//", "." or ".." segments, nor encode ".", "/" or a backslash');
  }
  const known = new Set(parameters.filter(({ plan }) => plan.in === 'path').map(({ plan }) => plan.name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw refuse(`must have a parameter "${unknown}" in path`);
}

interface Input {
  schema: JsonObject;
  parameters: OperationPlan['parameters'];
  body: OperationPlan['body'];
}

const ORDER = ['path', 'query', 'header', 'cookie'];

/**
 * One object of all arguments. A parameter keeps its name; of several with one name the first in the order path, query, header,
 * cookie keeps it and the others end with `_` and where they stand. The properties of a plain body stand beside the parameters
 * if none has the name of one; any other body is one argument, `body`.
 */
function inputOf(bundle: SchemaBundle, parameters: readonly Parameter[], body: Body | undefined): Input {
  const properties = new Map<string, JsonObject | boolean>();
  const required: string[] = [];
  const taken = new Set<string>();
  const add = (argument: string, schema: Placed, { isRequired, description }: { isRequired: boolean; description?: string | undefined }) => {
    taken.add(argument);
    properties.set(argument, described(bundle.take(schema.value, schema.path), description));
    if (isRequired) required.push(argument);
  };

  const ordered = parameters.toSorted((one, other) => ORDER.indexOf(one.plan.in) - ORDER.indexOf(other.plan.in));
  const planned = ordered.map(({ plan, schema, description, required: isRequired }) => {
    const argument = argumentName(plan.name, plan.in, taken);
    add(argument, schema, { isRequired: isRequired || plan.in === 'path', description });
    return { argument, ...plan };
  });

  let bodyPlan: OperationPlan['body'];
  if (body?.properties && mayStandBeside(body.properties, taken)) {
    const pairs = body.properties.map(({ name, schema, required: isRequired }): [string, string] => {
      const argument = argumentName(name, 'body', taken);
      add(argument, schema, { isRequired: isRequired && body.plan.required });
      return [argument, name];
    });
    bodyPlan = { ...body.plan, properties: pairs };
  } else if (body) {
    const argument = argumentName('body', 'content', taken);
    add(argument, body.schema, { isRequired: body.plan.required, description: body.description });
    bodyPlan = { ...body.plan, argument };
  }

  const definitions = bundle.definitions();
  const schema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(definitions && { $defs: definitions }),
  };
  return { schema, parameters: planned, body: bodyPlan };
}

const mayStandBeside = (properties: readonly { name: string }[], taken: ReadonlySet<string>): boolean =>
  properties.every(({ name }) => !taken.has(argumentName(name, 'body', new Set())));

function described(schema: JsonObject | boolean, description: string | undefined): JsonObject | boolean {
  if (description === undefined || description === '') return schema;
  if (!isObject(schema)) return schema ? { description } : schema;
  return own(schema, 'description') === undefined ? { ...schema, description } : schema;
}
