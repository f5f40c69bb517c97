import { randomUUID } from 'node:crypto';
import type { BodyPlan, OperationPlan, ParameterPlan, PartPlan } from '@mcp-gateway/common/contracts';

/** An argument that no request can carry. The message is for the model: it names the argument and says what to do. */
export class ArgumentFault extends Error {
  override readonly name = 'ArgumentFault';
}

/** A request to an endpoint of the tool. */
export interface OperationRequest {
  method: string;
  /** With the query. It begins with `/`, and every program reads the same path in it. */
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

type Arguments = Readonly<Record<string, unknown>>;

const MAX_PATH_CHARS = 16_384;
const MAX_HEADER_CHARS = 8_192;

/**
 * The request that the arguments of a call become. Values never change the host, the method, the path around them or the
 * headers beside them.
 * @param given arguments that fit the schema of the tool
 * @throws ArgumentFault
 */
export function requestFor(plan: OperationPlan, given: Arguments): OperationRequest {
  const query: string[] = [];
  const cookies: string[] = [];
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5' };
  let path = plan.path;
  for (const parameter of plan.parameters) {
    const value = argument(given, parameter.argument);
    if (parameter.in === 'path') path = withPathValue(path, parameter, value);
    else if (value === undefined) continue;
    else if (parameter.in === 'query') query.push(...pairs(parameter, value));
    else if (parameter.in === 'cookie') cookies.push(...pairs(parameter, value));
    else headers[parameter.name.toLowerCase()] = headerValue(parameter, value);
  }
  refuseOtherPath(path);
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
  if (target.length > MAX_PATH_CHARS) throw new ArgumentFault('the arguments make a URL that is too long; shorten them');
  if (cookies.length > 0) headers.cookie = cookies.join('; ');
  const written = plan.body && bodyOf(plan.body, given);
  if (written) headers['content-type'] = written.contentType;
  const body = written?.content;
  return { method: plan.method, path: target, headers, body };
}

const argument = (given: Arguments, name: string): unknown => (Object.hasOwn(given, name) ? given[name] : undefined);

/** RFC 3986 §2.3: everything but unreserved characters. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw new ArgumentFault('an argument is no well-formed Unicode text; send it without half characters');
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `a,b` and `k,v` or `k=v` (RFC 6570 §3.2.2, as OpenAPI 3.1 §4.8.12 uses it). */
function simple({ style, explode }: ParameterPlan, value: unknown, write: (text: string) => string): string {
  if (style === 'json') return write(JSON.stringify(value));
  if (Array.isArray(value)) return value.map((each) => write(textOf(each))).join(',');
  if (!isRecord(value)) return write(textOf(value));
  const entries = Object.entries(value).map(([key, each]) => [write(key), write(textOf(each))]);
  return entries.map((entry) => entry.join(explode ? '=' : ',')).join(',');
}

/** A server, or what stands before it, may decode more than once. */
const DECODINGS = 3;

function withPathValue(path: string, parameter: ParameterPlan, value: unknown): string {
  const name = parameter.argument;
  if (value === undefined) throw new ArgumentFault(`${name} is required`);
  let decoded = simple(parameter, value, (text) => text);
  if (decoded === '') throw new ArgumentFault(`${name} must not be empty: it is a part of the path`);
  for (let round = 0; round <= DECODINGS; round += 1) {
    const steps = decoded.split(/[/\\]/);
    // oxlint-disable-next-line no-control-regex -- a server may end the path there
    if (steps.some((step) => /^\.{1,2}(;.*)?$/.test(step)) || /[\0-\x1f\x7f]/.test(decoded)) {
      throw new ArgumentFault(`${name} must not contain "." or ".." as a step of a path, nor control characters`);
    }
    const next = decodedOnce(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  const written = simple(parameter, value, encoded);
  return path.replaceAll(`{${parameter.name}}`, () => written);
}

const decodedOnce = (text: string): string =>
  text.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));

/** Two values side by side could still make a path that programs read differently. */
function refuseOtherPath(path: string): void {
  const isSame = URL.parse(path, 'http://server')?.pathname === path && !path.startsWith('//');
  if (!isSame) throw new ArgumentFault('the arguments make another path than that of the operation; correct them');
}

/** `name=value` for a query or a cookie. */
function pairs(parameter: ParameterPlan, value: unknown): string[] {
  const { style, explode } = parameter;
  const name = encoded(parameter.name);
  if (style === 'json') return [`${name}=${encoded(JSON.stringify(value))}`];
  if (Array.isArray(value)) {
    const items = value.map((each) => encoded(textOf(each)));
    if (items.length === 0) return [];
    if (explode && style !== 'spaceDelimited' && style !== 'pipeDelimited') return items.map((item) => `${name}=${item}`);
    return [`${name}=${items.join(SEPARATORS[style] ?? ',')}`];
  }
  if (!isRecord(value)) return [`${name}=${encoded(textOf(value))}`];
  const entries = Object.entries(value).map(([key, each]): [string, string] => [encoded(key), encoded(textOf(each))]);
  if (style === 'deepObject') return entries.map(([key, each]) => `${name}%5B${key}%5D=${each}`);
  if (explode) return entries.map((entry) => entry.join('='));
  return entries.length === 0 ? [] : [`${name}=${entries.flat().join(SEPARATORS[style] ?? ',')}`];
}

const SEPARATORS: Partial<Record<ParameterPlan['style'], string>> = { spaceDelimited: '%20', pipeDelimited: '%7C' };

function headerValue(parameter: ParameterPlan, value: unknown): string {
  const text = simple(parameter, value, (each) => each);
  if (/^[\x20-\x7e]*$/.test(text) && text.length <= MAX_HEADER_CHARS) return text.trim();
  const what = `printable ASCII characters, at most ${MAX_HEADER_CHARS}, without line breaks`;
  throw new ArgumentFault(`${parameter.argument} must be ${what}: it is sent in a header`);
}

/** Undefined when there is nothing to send. */
function bodyOf(plan: BodyPlan, given: Arguments): { contentType: string; content: string | Uint8Array } | undefined {
  const value = plan.argument === undefined ? membersOf(plan, given) : argument(given, plan.argument);
  if (value === undefined) return undefined;
  const { contentType } = plan;
  switch (plan.encoding) {
    case 'json':
      return { contentType, content: JSON.stringify(value) };
    case 'text':
      return { contentType, content: textOf(value) };
    case 'form':
      return { contentType, content: formOf(value) };
    case 'multipart':
      return multipartOf(plan, value);
  }
}

function membersOf({ properties = [], required }: BodyPlan, given: Arguments): Record<string, unknown> | undefined {
  const members = properties.flatMap(([name, property]): [string, unknown][] => {
    const value = argument(given, name);
    return value === undefined ? [] : [[property, value]];
  });
  return members.length === 0 && !required ? undefined : Object.fromEntries(members);
}

/** application/x-www-form-urlencoded; a list repeats its name, and an object is JSON (OpenAPI 3.1 §4.8.15). */
function formOf(value: unknown): string {
  if (!isRecord(value)) throw new ArgumentFault('body must be an object: it is sent as a form');
  const entries = Object.entries(value).flatMap(([name, each]) =>
    (Array.isArray(each) ? each : [each]).map((item): [string, string] => [name, textOf(item)]),
  );
  return new URLSearchParams(entries).toString();
}

/** multipart/form-data (RFC 7578). A list has a part for each item. */
function multipartOf({ contentType, parts = [], properties }: BodyPlan, value: unknown) {
  if (!isRecord(value)) throw new ArgumentFault('body must be an object: it is sent as a form');
  const boundary = `mcp-gateway-${randomUUID()}`;
  const plans = new Map(parts.map((part) => [part.name, part]));
  const argumentOf = new Map(properties?.map(([name, property]) => [property, name]));
  const chunks: Buffer[] = [];
  for (const [property, each] of Object.entries(value)) {
    const plan = plans.get(property);
    for (const item of Array.isArray(each) ? each : [each]) {
      chunks.push(
        Buffer.from(`--${boundary}\r\n${partHead(property, plan)}\r\n\r\n`),
        plan?.isFile ? bytesOf(item, argumentOf.get(property) ?? `body.${property}`) : Buffer.from(partText(item, plan)),
        Buffer.from('\r\n'),
      );
    }
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `${contentType}; boundary=${boundary}`, content: Buffer.concat(chunks) };
}

/** Names as HTML writes them (multipart/form-data encoding algorithm). A file has the name of its property: servers want one. */
function partHead(property: string, plan: PartPlan | undefined): string {
  const name = property.replace(/[\r\n"]/g, (char) => encodeURIComponent(char));
  const file = plan?.isFile ? `; filename="${name}"` : '';
  const type = plan ? `\r\nContent-Type: ${plan.contentType}` : '';
  return `Content-Disposition: form-data; name="${name}"${file}${type}`;
}

const partText = (item: unknown, plan: PartPlan | undefined): string =>
  plan && /\bjson$/i.test(plan.contentType) ? JSON.stringify(item) : textOf(item);

/** RFC 4648 §4. */
function bytesOf(item: unknown, name: string): Buffer {
  const isBase64 = typeof item === 'string' && item.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(item);
  if (isBase64) return Buffer.from(item, 'base64');
  throw new ArgumentFault(`${name} must be base64, as contentEncoding says`);
}
