import { describe, expect, it } from '@jest/globals';
import { compileOperations } from './compile.js';
import { requestFor } from './request.js';

const uploadOf = (version: string, properties: object, media: object = {}, more: object = {}) => ({
  openapi: version,
  info: { title: 'Files', version: '1' },
  paths: {
    '/files': {
      post: {
        operationId: 'upload',
        requestBody: {
          required: true,
          content: { 'multipart/form-data': { schema: { type: 'object', properties, required: ['file'], ...more }, ...media } },
        },
        responses: { 200: { description: 'fine' } },
      },
    },
  },
});

const compiled = async (document: ReturnType<typeof uploadOf>) => {
  const [operation] = await compileOperations({ document, operations: ['upload'] });
  if (!operation) throw new Error('no operation');
  return operation;
};

/** What a parser that is not ours finds in the request. */
async function parsed(plan: Parameters<typeof requestFor>[0], given: Record<string, unknown>) {
  const { headers, body } = requestFor(plan, given);
  const form = await new Response(Buffer.from((body ?? '') as Uint8Array), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  return Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === 'string'
        ? [name, value]
        : [name, value.name, value.type, Buffer.from(await value.arrayBuffer()).toString('latin1')],
    ),
  );
}

const BYTES = Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0x2d, 0x2d, 0xff]);
const base64 = BYTES.toString('base64');

describe('a body in parts', () => {
  it.each([
    ['3.0.3', { type: 'string', format: 'binary' }],
    ['3.1.1', { type: 'string', contentMediaType: 'application/octet-stream' }],
    ['3.1.1', { contentMediaType: 'application/octet-stream' }],
  ])('of OpenAPI %s has files as base64 in arguments, and their bytes in the request', async (version, file) => {
    const { tool, plan } = await compiled(uploadOf(version, { file, note: { type: 'string' } }));
    expect(tool.inputSchema).toMatchObject({
      properties: {
        file: { type: 'string', contentEncoding: 'base64', contentMediaType: 'application/octet-stream' },
        note: { type: 'string' },
      },
      required: ['file'],
    });
    const bytes = BYTES.toString('latin1');
    expect(await parsed(plan, { file: base64, note: 'a\r\n--b "ü"' })).toEqual([
      ['file', 'file', 'application/octet-stream', bytes],
      ['note', 'a\r\n--b "ü"'],
    ]);
  });

  it('has the media types of its encoding, JSON for objects, and a part for each item of a list', async () => {
    const properties = {
      file: { type: 'array', items: { type: 'string', contentMediaType: 'image/*' } },
      about: { type: 'object', properties: { title: { type: 'string' } } },
      tags: { type: 'array', items: { type: 'string' } },
      size: { type: 'integer' },
    };
    const encoding = { file: { contentType: 'image/png, image/jpeg' } };
    const { tool, plan } = await compiled(uploadOf('3.1.1', properties, { encoding }));
    expect(tool.inputSchema).toMatchObject({
      properties: { file: { type: 'array', items: { contentEncoding: 'base64', contentMediaType: 'image/png' } } },
    });
    const given = { file: [base64, ''], about: { title: 'x' }, tags: ['a', 'b'], size: 3 };
    const { body } = requestFor(plan, given);
    expect(Buffer.from(body as Uint8Array).toString('latin1')).toContain('name="about"\r\nContent-Type: application/json\r\n\r\n{"title":"x"}');
    expect((await parsed(plan, given)).map(([name, value, type]) => [name, value, type])).toEqual([
      ['file', 'file', 'image/png'],
      ['file', 'file', 'image/png'],
      ['about', '{"title":"x"}', undefined],
      ['tags', 'a', undefined],
      ['tags', 'b', undefined],
      ['size', '3', undefined],
    ]);
  });

  it('keeps base64 that the document itself wants', async () => {
    const { plan } = await compiled(uploadOf('3.1.1', { file: { type: 'string', contentEncoding: 'base64' } }));
    expect(await parsed(plan, { file: base64 })).toEqual([['file', base64]]);
  });

  it('gets no further part or header by a name or a value', async () => {
    const name = 'a"\r\nX-Evil: 1\r\n\r\nb';
    const { plan, tool } = await compiled(uploadOf('3.1.1', { [name]: { type: 'string' } }, {}, { required: [] }));
    const [argument = ''] = Object.keys((tool.inputSchema as { properties: object }).properties);
    const { headers, body } = requestFor(plan, { [argument]: '\r\n--x\r\nContent-Disposition: form-data; name="evil"\r\n\r\n1' });
    const text = Buffer.from(body as Uint8Array).toString('utf8');
    expect(text).not.toContain('\r\nX-Evil');
    const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    expect(text.split(`--${boundary}`)).toHaveLength(3);
  });

  it.each(['not base64!', 'QQ', 7, 'QUI=\n'])('is refused with a file that is no base64: %j', async (file) => {
    const { plan } = await compiled(uploadOf('3.1.1', { file: { contentMediaType: 'image/png' } }));
    expect(() => requestFor(plan, { file })).toThrow('file must be base64');
  });

  it('that is no plain object becomes no tool', async () => {
    const document = uploadOf('3.1.1', { file: { type: 'string' } }, {}, { oneOf: [{}] });
    await expect(compiled(document)).rejects.toThrow('must be an object with properties, and nothing like oneOf');
  });
});
