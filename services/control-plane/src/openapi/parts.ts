/** What the descriptions of paths are made of. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
export const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
export const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: ref('Problem') } } });

export const name = { name: 'name', in: 'path', required: true, schema: { type: 'string' } };
export const query = (parameter: string, description: string, schema: unknown) => ({ name: parameter, in: 'query', description, schema });

export const notFound = problem('No such adapter, or not one that you may read.');
