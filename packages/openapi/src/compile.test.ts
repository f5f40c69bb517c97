import { describe, expect, it } from '@jest/globals';
import { compileOperations } from './compile.js';
import { DocumentFault, type JsonObject } from './document.js';
import { chosenPart } from './prune.js';

const OK = { responses: { 200: { description: 'fine' } } };
const document = (paths: object, more: object = {}): JsonObject => ({
  openapi: '3.1.1',
  info: { title: 'Pets', version: '1' },
  paths,
  ...more,
});
const query = (name: string, more: object = {}) => ({ name, in: 'query', schema: { type: 'string' }, ...more });

/** As the gateway does it: keep a part, then compile that. */
async function compiled(given: JsonObject, operations = ['*'], path?: string) {
  const part = chosenPart(given, operations);
  expect(chosenPart(part, operations)).toEqual(part);
  return compileOperations({ document: part, operations, path });
}

async function faultOf(given: JsonObject, operations = ['*'], path?: string): Promise<string> {
  try {
    await compiled(given, operations, path);
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    return `${[error.field, ...error.path].join(' ')}: ${error.message}`;
  }
  return 'none';
}

describe('a document that would take long', () => {
  it('has names of its operations from the beginning of long ids', async () => {
    const id = (last: string) => ({ operationId: `${'_'.repeat(1_000)}x${last}`, ...OK });
    const tools = await compiled(document({ '/a': { get: id('a'), put: id('b') }, '/b': { get: id('a') } }));
    const names = tools.map(({ tool }) => tool.name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^operation_[0-9a-f]{6}$/);
  });

  it('has operations without an id in place of those whose id is very long', async () => {
    const paths = { '/a': { get: { operationId: '_'.repeat(160_000), ...OK } } };
    expect((await compiled(document(paths), ['GET /a'])).map(({ tool }) => tool.name)).toEqual(['GET_a']);
  });

  it.each(['3.0.3', '3.1.1'])('is refused for its many parameters before it is validated (%s)', async (openapi) => {
    const parameters = (count: number) => Array.from({ length: count }, (_, index) => query(`q${index}`));
    const paths = { '/a': { get: { parameters: parameters(6_000), ...OK } } };
    expect(await faultOf({ ...document(paths), openapi })).toBe('document paths /a get parameters: must be at most 256');
    const callback = { '{$request.query.url}': { post: { parameters: parameters(257), ...OK } } };
    const hidden = { '/a': { get: { parameters: [{ $ref: '#/components/callbacks/a' }], ...OK } } };
    expect(await faultOf({ ...document(hidden, { components: { callbacks: { a: callback } } }), openapi })).toBe(
      'document components callbacks a {$request.query.url} post parameters: must be at most 256',
    );
    const many = Array.from({ length: 40 }, (_, index) => [`/${index}`, { get: { parameters: parameters(120), ...OK } }]);
    expect(await faultOf({ ...document(Object.fromEntries(many)), openapi })).toContain('have 4800 parameters, of at most 4096');
  });

  it('is refused for the schemas of all its operations together', async () => {
    const schemas = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`s${index}`, { type: 'string' }]));
    const properties = Object.fromEntries(Object.keys(schemas).map((name) => [name, { $ref: `#/components/schemas/${name}` }]));
    const content = { 'application/json': { schema: { type: 'object', properties } } };
    const paths = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`/${index}`, { post: { requestBody: { $ref: '#/components/requestBodies/b' }, ...OK } }]),
    );
    const components = { schemas, requestBodies: { b: { content } } };
    expect(await faultOf(document(paths, { components }))).toBe(
      'operations: lead to more than 50000 schemas together; choose fewer',
    );
  });

  it('is refused for a very long path', async () => {
    expect(await faultOf(document({ [`/${'a'.repeat(3_000)}`]: { get: OK } }))).toContain('paths of at most 2048 characters');
  });
});

describe('an operation', () => {
  it('becomes a tool whose arguments are its parameters and the properties of its body', async () => {
    const body = {
      required: true,
      content: {
        'text/xml': { schema: { type: 'string' } },
        'application/json': {
          schema: {
            type: 'object',
            properties: { name: { type: 'string' }, id: { type: 'string', readOnly: true }, age: { type: 'integer' } },
            required: ['name', 'id'],
          },
        },
      },
    };
    const post = {
      operationId: 'pets/add pet',
      summary: 'Adds a pet',
      parameters: [{ ...query('dry run'), in: 'header', name: 'X-Dry-Run' }, query('tag'), query('tag')],
      requestBody: body,
      ...OK,
    };
    const owner = { name: 'ownerId', in: 'path', required: true, schema: { type: 'integer' }, description: 'Whose' };
    const paths = { '/owners/{ownerId}/pets': { parameters: [owner, query('tag', { required: true })], post } };
    const [{ tool, plan } = {}] = await compiled(document(paths, { servers: [{ url: 'https://evil.example/api/v2/' }] }));
    expect(tool).toEqual({
      name: 'pets_add_pet',
      title: 'Adds a pet',
      description: 'Adds a pet',
      inputSchema: {
        type: 'object',
        properties: {
          ownerId: { type: 'integer', description: 'Whose' },
          tag: { type: 'string' },
          'X-Dry-Run': { type: 'string' },
          name: { type: 'string' },
          age: { type: 'integer' },
        },
        required: ['ownerId', 'name'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: false },
    });
    expect(plan).toEqual({
      method: 'POST',
      path: '/api/v2/owners/{ownerId}/pets',
      parameters: [
        { argument: 'ownerId', name: 'ownerId', in: 'path', style: 'simple', explode: false },
        { argument: 'tag', name: 'tag', in: 'query', style: 'form', explode: true },
        { argument: 'X-Dry-Run', name: 'X-Dry-Run', in: 'header', style: 'simple', explode: false },
      ],
      body: {
        contentType: 'application/json',
        encoding: 'json',
        required: true,
        properties: [
          ['name', 'name'],
          ['age', 'age'],
        ],
      },
    });
  });

  it('has one argument for a body that is no plain object, or that has the name of a parameter', async () => {
    const content = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } }, ...OK });
    const plain = { type: 'object', properties: { id: {} } };
    const paths = {
      '/list': { post: { operationId: 'list', ...content({ type: 'array', items: {} }) } },
      '/same': { put: { operationId: 'same', parameters: [query('id')], ...content(plain) } },
      '/body': { patch: { operationId: 'body', parameters: [query('body')], ...content({ oneOf: [plain] }) } },
    };
    const found = await compiled(document(paths));
    const namesOf = ({ tool }: (typeof found)[number]) => Object.keys(tool.inputSchema['properties'] as object);
    expect(found.map(namesOf)).toEqual([['body'], ['id', 'body'], ['body', 'body_content']]);
    expect(found[2]?.plan.body).toMatchObject({ argument: 'body_content' });
  });

  it('keeps apart parameters of one name, and operations of one id', async () => {
    const parameters = [query('id'), { ...query('id'), in: 'cookie' }, { ...query('id'), in: 'path', required: true }];
    const operation = { operationId: 'a.b', ...OK };
    const paths = { '/a/{id}': { get: { ...operation, parameters } }, '/b': { get: { ...operation, operationId: 'a b' } } };
    const [first, second] = await compiled(document(paths), ['GET *']);
    expect(first?.plan.parameters.map((each) => [each.in, each.argument])).toEqual([
      ['path', 'id'],
      ['query', 'id_query'],
      ['cookie', 'id_cookie'],
    ]);
    expect([first?.tool.name, second?.tool.name]).toEqual(['a_b', expect.stringMatching(/^a_b_[0-9a-f]{6}$/)]);
  });

  it('has the schemas of 2020-12, with what they refer to beside them', async () => {
    const node = {
      type: 'object',
      nullable: true,
      properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Node' } } },
      discriminator: { propertyName: 'x' },
      'x-internal': true,
    };
    const size = { type: 'integer', minimum: 0, exclusiveMinimum: true };
    const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } } };
    const post = { parameters: [{ ...query('size'), schema: size }], requestBody: body, ...OK };
    const components = { schemas: { Node: node, Unused: { $ref: 'https://example.com/never' } } };
    const [{ tool } = {}] = await compiled({ ...document({ '/tree': { post } }), openapi: '3.0.3', components }, ['POST /tree']);
    expect(tool?.inputSchema).toMatchObject({
      properties: { size: { type: 'integer', exclusiveMinimum: 0 }, body: { $ref: '#/$defs/Node' } },
      $defs: {
        Node: { type: ['object', 'null'], properties: { children: { type: 'array', items: { $ref: '#/$defs/Node' } } } },
      },
    });
    expect(JSON.stringify(tool)).not.toMatch(/discriminator|x-internal|Unused|components/);
  });

  it.each<[base: string, server: string | undefined, path: string | undefined]>([
    ['', undefined, undefined],
    ['', 'https://api.example.com', undefined],
    ['/v1', 'https://api.example.com/v1/', undefined],
    ['/v1', '/v1', undefined],
    ['/own', 'https://api.example.com/v1?x=1', '/own/'],
    ['/eu/v2', 'https://{region}.example.com/{region}/{version}', undefined],
  ])('is called below %s with the server %s and the path %s', async (base, url, path) => {
    const variables = { region: { default: 'eu' }, version: { default: 'v2' } };
    const servers = url === undefined ? {} : { servers: [{ url, variables }] };
    const [{ plan } = {}] = await compiled(document({ '/pets': { get: OK } }, servers), ['GET /pets'], path);
    expect(plan?.path).toBe(`${base}/pets`);
  });
});

describe('a document', () => {
  const pets = { get: { operationId: 'listPets', ...OK } };
  const withSchema = (schema: object) => ({ '/a': { get: { parameters: [{ ...query('q'), schema }], ...OK } } });

  it.each<[fault: string, given: JsonObject, operations: string[]]>([
    ['document openapi: must be a version of OpenAPI 3.0 or 3.1', { swagger: '2.0' }, ['*']],
    ['operations 0: "listPet" names no operation of the document; did you mean "listPets"?', document({ '/pets': pets }), ['listPet']],
    ['operations 0: "GET /pet" names no operation of the document; did you mean "GET /pets"?', document({ '/pets': pets }), ['GET /pet']],
    ['operations 0: "x" names no operation: the document has none', document({}), ['x']],
    ['document paths: is not valid', document({ 'pets//x': pets }), ['*']],
    ['paths /pets/{id}: must have a parameter "id" in path', document({ '/pets/{id}': pets }), ['*']],
    ['must not contain "//", "." or ".." segments', document({ '/../pets': pets }), ['*']],
    ['must not contain "//", "." or ".." segments', document({ '/a/%2e%2e/pets': pets }), ['*']],
    ['must be a path with {name}', document({ '/pets?admin=1': pets }), ['*']],
    ['must be a path with {name}', document({ '/pets\r\nX: 1': pets }), ['*']],
    ['servers 0 url: must end with a plain path', document({ '/a': pets }, { servers: [{ url: 'http://x/../admin' }] }), ['*']],
    ['servers 0 url: must end with a plain path', document({ '/a': pets }, { servers: [{ url: '//evil.example' }] }), ['*']],
    ['is not valid', document({ '/a': { get: { operationId: 7, ...OK } } }), ['GET /a']],
  ])('is refused: %s', async (fault, given, operations) => {
    expect(await faultOf(given, operations)).toContain(fault);
  });

  it.each([
    'file:///etc/passwd',
    'http://169.254.169.254/latest/meta-data/',
    'other.json#/components/schemas/A',
    '#/paths/~1a/get',
    '#/info/title',
    '#/components/__proto__/a',
    '#',
  ])('is refused with a reference to %s, and nothing is read', async (reference) => {
    expect(await faultOf(document(withSchema({ $ref: reference })), ['GET /a'])).toMatch(
      /\$ref: (must begin with "#\/components\/"|names nothing)/,
    );
  });

  it('is refused when references go round without a schema between them', async () => {
    const parameters = { A: { $ref: '#/components/parameters/B' }, B: { $ref: '#/components/parameters/A' } };
    const paths = { '/a': { get: { parameters: [{ $ref: '#/components/parameters/A' }], ...OK } } };
    expect(await faultOf(document(paths, { components: { parameters } }), ['GET /a'])).toContain('without end');
  });

  it('does not grow when references multiply', async () => {
    const schemas = (levels: number) => Object.fromEntries(
      Array.from({ length: levels }, (_, level) => {
        const next = { $ref: `#/components/schemas/L${level + 1}` };
        return [`L${level}`, { type: 'object', properties: { a: next, b: next, c: next, d: next } }];
      }),
    );
    const given = (levels: number) => {
      const components = { schemas: { ...schemas(levels), [`L${levels}`]: { type: 'string' } } };
      return document(withSchema({ $ref: '#/components/schemas/L0' }), { components });
    };
    const [{ tool } = {}] = await compiled(given(6), ['GET /a']);
    expect(JSON.stringify(tool).length).toBeLessThan(2_000);
    expect(await faultOf(given(30), ['GET /a'])).toContain('its references multiply');
  });

  it.each<[fault: string, schema: object]>([
    ['leads to more than 2000 schemas', { allOf: Array.from({ length: 2_100 }, () => ({})) }],
    ['becomes a tool that must be at most 65536 characters', { type: 'string', enum: ['x'.repeat(70_000)] }],
    ['need more than 524288 characters', { type: 'string', enum: ['x'.repeat(600_000)] }],
  ])('is bounded: %s', async (fault, schema) => {
    expect(await faultOf(document(withSchema(schema)), ['GET /a'])).toContain(fault);
  });

  it('gives at most 128 tools', async () => {
    const paths = Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`/p${at}`, { get: OK }]));
    expect(await faultOf(document(paths), ['GET *'])).toBe(
      'operations: must choose at most 128 operations, not 129; name fewer',
    );
    expect(await compiled(document(paths), ['GET /p1*'])).toHaveLength(40);
  });

  it.each<[fault: string, parameter: object]>([
    ['must not require the header Host', { name: 'Host', in: 'header', required: true }],
    ['must not require the header X-Mcp-UserId', { name: 'X-Mcp-UserId', in: 'header', required: true }],
    ['must have a name of the characters that a header may have', { name: 'a\r\nb', in: 'header' }],
    ['must be one of simple for a parameter in path', { name: 'a', in: 'path', required: true, style: 'matrix' }],
  ])('is refused with a parameter that cannot be sent: %s', async (fault, parameter) => {
    const paths = { '/a': { get: { parameters: [{ schema: {}, ...parameter }], ...OK } } };
    expect(await faultOf(document(paths), ['GET /a'])).toContain(fault);
  });

  it('is refused with a required body that the gateway cannot write, and loses an optional one', async () => {
    const paths = (required: boolean) => ({
      '/a': { post: { requestBody: { required, content: { 'application/xml': { schema: {} } } }, ...OK } },
    });
    expect(await faultOf(document(paths(true)), ['POST /a'])).toContain('must offer JSON');
    const [{ plan } = {}] = await compiled(document(paths(false)), ['POST /a']);
    expect(plan?.body).toBeUndefined();
  });
});
