import { z } from 'zod';
import { PageQuery } from '../resources/paging.js';

/** Parts that the descriptions of paths share. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
export const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});

export const pathParameter = (name: string, description: string, schema: object) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', ...schema },
});
export const name = pathParameter('name', 'Name of the adapter.', {});
export const sessionId = pathParameter('id', 'Id of the session, as listed.', { format: 'uuid' });
export const query = (parameter: string, description: string, schema: unknown) => ({
  name: parameter,
  in: 'query',
  description,
  schema,
});
export const header = (parameter: string, description: string) => ({
  name: parameter,
  in: 'header',
  description,
  schema: { type: 'string' },
});

/** The query that a schema parses: each parameter as the schema documents it, with the default that the gateway uses. */
export const queryParameters = (schema: z.ZodObject) =>
  Object.entries(schema.shape).map(([parameter, field]) => {
    const { $schema: _, description = '', ...documented } = z.toJSONSchema(field, { io: 'input' });
    const { data: fallback } = z.safeParse(field, undefined);
    return query(parameter, description, { ...documented, ...(fallback !== undefined && { default: fallback }) });
  });
export const page = queryParameters(PageQuery);
export const link = {
  Link: { description: 'rel="next" when there is more (RFC 8288).', schema: { type: 'string' } },
};

const unsigned = problem('The request does not identify its caller in a way that the gateway accepts.');
const elsewhere = 'Requests from this web origin or for this host are not allowed';
/** 403 of an operation that adds no reason of its own. */
const refused = problem(`${elsewhere}.`);
export const forbiddenResponse = (reason: string) => problem(`${reason} Or: ${elsewhere[0]?.toLowerCase()}${elsewhere.slice(1)}.`);

/** The answers of an operation and those that every operation has. */
export const responses = (own: Record<number, unknown>) => ({ 401: unsigned, 403: refused, ...own });
