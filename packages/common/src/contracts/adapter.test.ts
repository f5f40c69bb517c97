import { describe, expect, it } from '@jest/globals';
import { invalidRequest, type FieldError } from '../errors/index.js';
import { AdapterSpec } from './adapter.js';
import { imageReference } from './adapter-fields.js';

const MINIMAL = { name: 'echo', imageName: 'mcp-example', imageVersion: '1.0.0' };

/** Why the spec is refused, as the client reads it; empty when it is accepted. */
function refusals(spec: unknown): FieldError[] {
  const { error } = AdapterSpec.safeParse(spec);
  return error ? (invalidRequest(error).errors ?? []) : [];
}
const details = (field: string, value: unknown): string[] =>
  refusals({ ...MINIMAL, [field]: value }).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('an adapter spec', () => {
  it('requires a name and an image and has defaults for all other fields', () => {
    expect(AdapterSpec.parse(MINIMAL)).toStrictEqual({
      ...MINIMAL,
      environmentVariables: {},
      secretEnvironment: {},
      replicaCount: 1,
      description: '',
      useWorkloadIdentity: false,
      requiredRoles: [],
      policies: [],
      port: 8000,
      path: '/mcp',
      preserveHost: false,
      healthCheck: { path: '/healthz' },
      affinity: 'session',
      sessionRecovery: 'replay',
      sessions: {},
      resources: {},
      icons: [],
      tags: [],
    });
  });

  it('names each field that is missing', () => {
    expect(refusals({})).toEqual(
      ['name', 'imageName', 'imageVersion'].map((field) => ({ pointer: `#/${field}`, detail: 'is required' })),
    );
  });

  it('names unknown fields at every level', () => {
    const spec = { ...MINIMAL, extra: 1, healthCheck: { paht: '/' }, resources: { limits: { gpu: '1' }, cpu: '1' } };
    expect(refusals(spec)).toEqual(
      ['#/healthCheck/paht', '#/resources/limits/gpu', '#/resources/cpu', '#/extra'].map((pointer) => ({
        pointer,
        detail: 'is not a known field',
      })),
    );
  });

  it.each([null, [], 'text', 5])('must be an object, which %j is not', (body) => {
    expect(refusals(body)).toEqual([{ pointer: '#', detail: 'must be an object' }]);
  });
});

const LABEL = '#/name must be lower-case letters, digits and inner hyphens';
const IMAGE =
  '#/imageName must be lower-case words joined by ".", "_", "__" or hyphens, in parts joined by "/", such as "team/mcp-example"';
const HOST = '#/imageName must not name a registry host; the operator configures the registry';
const TAG =
  '#/imageVersion must be a tag (letters, digits, "_", "." and "-", at most 128), a digest (sha256:…), or both (1.0.0@sha256:…)';
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const WHOLE = '#/replicaCount must be a whole number';
const PATH = '#/path must be an absolute URL path without query';
const DOTS = '#/path must not contain ".." segments';
const TEXT = 'must be well-formed Unicode without NUL characters';
const QUANTITY = 'must be a Kubernetes quantity such as "250m" or "256Mi"';

const accepted: [field: string, value: unknown][] = [
  ...['a', '0', 'a-b', 'a--b', '9-a', 'a'.repeat(63)].map((name): [string, unknown] => ['name', name]),
  ...['a', 'a/b', 'team/a.b_c-d', 'a__b', 'a--b/c---d', 'sub/localhost', 'a'.repeat(255)].map(
    (name): [string, unknown] => ['imageName', name],
  ),
  ...['1', 'latest', '_a', 'A.b-c_d', 'a'.repeat(128), DIGEST, `sha512:${'a'.repeat(128)}`, `1.0@${DIGEST}`].map(
    (tag): [string, unknown] => ['imageVersion', tag],
  ),
  ...[0, 1, 64].map((count): [string, unknown] => ['replicaCount', count]),
  ...['/', '/a/b', '/~a/%20/(b)', '/..a/b..', `/${'a'.repeat(1023)}`].map((path): [string, unknown] => ['path', path]),
  ...[1, 65535].map((port): [string, unknown] => ['port', port]),
  ['secretEnvironment', { TOKEN: { secret: 'mcp-echo.v2', key: 'api_key.TXT' } }],
  ['description', 'Größe 🦙\n'],
  ['description', 'a'.repeat(4096)],
  ['requiredRoles', Array(64).fill('ä'.repeat(128))],
  ['affinity', 'none'],
  ['sessionRecovery', 'terminate'],
  ['sessions', { idleTimeoutSeconds: 60, maxAgeSeconds: 90 * 24 * 3600, maxOpen: 1, maxOpenPerCaller: 1_000_000 }],
  ['healthCheck', {}],
  ['resources', { requests: { cpu: '250m', memory: '1.5Gi' }, limits: { cpu: '2' } }],
];

const refused: [field: string, value: unknown, ...messages: string[]][] = [
  ['name', '', '#/name must not be empty'],
  ['name', 'a'.repeat(64), '#/name must be at most 63 characters'],
  ...['Echo', '..', 'a..b', 'a/b', '-a', 'a-', 'a_b', 'ä', 'echo\n', ' a', '🦙'].map(
    (name): [string, unknown, string] => ['name', name, LABEL],
  ),
  ['name', 5, '#/name must be a string'],
  ['name', null, '#/name must be a string'],
  ...['', 'a/../b', 'a//b', '/a', 'a/', 'A', 'a:', 'a@sha256', 'a b', 'a..b', 'a___b', 'a_-b', '../a', '.a/b'].map(
    (name): [string, unknown, string] => ['imageName', name, IMAGE],
  ),
  ['imageName', 'x:1', '#/imageName must not contain a tag; put "1" into imageVersion'],
  ['imageName', `a/x@${DIGEST}`, `#/imageName must not contain a digest; put "${DIGEST}" into imageVersion`],
  ['imageName', `x:1@${DIGEST}`, `#/imageName must not contain a digest; put "1@${DIGEST}" into imageVersion`],
  ['imageName', 'host:5000/a', HOST],
  ['imageName', 'host:5000/a:1', HOST],
  ['imageName', 'registry.example.com/a', HOST],
  ['imageName', 'localhost/a', HOST],
  ['imageName', '10.0.0.1/a', HOST],
  ['imageName', 'a'.repeat(256), '#/imageName must be at most 255 characters'],
  ...['', '-a', '.a', 'a:b', 'a/b', 'a b', 'a\n', 'a'.repeat(129), 'sha256:ab', DIGEST.toUpperCase(), `@${DIGEST}`].map(
    (tag): [string, unknown, string] => ['imageVersion', tag, TAG],
  ),
  ['replicaCount', -1, '#/replicaCount must be at least 0'],
  ['replicaCount', 65, '#/replicaCount must be at most 64'],
  ...[1.5, '2', null, NaN, Infinity, true].map((count): [string, unknown, string] => ['replicaCount', count, WHOLE]),
  ['port', 0, '#/port must be at least 1'],
  ['port', 65536, '#/port must be at most 65535'],
  ['port', '80', '#/port must be a whole number'],
  ['path', '/a'.repeat(513), '#/path must be at most 1024 characters'],
  ...['', 'mcp', '/a?b', '/a#b', '/a b', '/ä', 'http://host/mcp', '/a\\b'].map((path): [string, unknown, string] => [
    'path',
    path,
    PATH,
  ]),
  ['path', '/..', DOTS],
  ['path', '/a/../b', DOTS],
  ['healthCheck', { path: '/a/..' }, '#/healthCheck/path must not contain ".." segments'],
  ['healthCheck', '/healthz', '#/healthCheck must be an object'],
  ['healthCheck', { type: 'grpc' }, '#/healthCheck/type must be one of http, tcp, mcp'],
  ['description', 'a\0', `#/description ${TEXT}`],
  ['description', '\ud800', `#/description ${TEXT}`],
  ['description', 'a'.repeat(4097), '#/description must be at most 4096 characters'],
  [
    'secretEnvironment',
    { A: { secret: 'Mcp', key: 'a/b' } },
    '#/secretEnvironment/A/secret must be lower-case letters, digits, inner hyphens and dots',
    '#/secretEnvironment/A/key must be letters, digits, ".", "_" and "-"',
  ],
  [
    'secretEnvironment',
    { PORT: { secret: 'a', key: 'b' } },
    '#/secretEnvironment/PORT is set by the platform and cannot be overridden',
  ],
  ['useWorkloadIdentity', 'yes', '#/useWorkloadIdentity must be a boolean'],
  ['requiredRoles', 'admin', '#/requiredRoles must be an array'],
  ['requiredRoles', ['a', ''], '#/requiredRoles/1 must not be empty'],
  ['requiredRoles', [5], '#/requiredRoles/0 must be a string'],
  ['requiredRoles', ['\udfff'], `#/requiredRoles/0 ${TEXT}`],
  ['requiredRoles', ['a'.repeat(129)], '#/requiredRoles/0 must be at most 128 characters'],
  ['policies', [{ name: 'a', effect: 'block', when: 'true' }], '#/policies/0/effect must be one of allow, deny'],
  ['policies', [{ name: 'a', effect: 'deny', when: '' }], '#/policies/0/when must not be empty'],
  [
    'policies',
    [{ name: 'a', effect: 'deny', when: 'a'.repeat(1025) }],
    '#/policies/0/when must be at most 1024 characters',
  ],
  ['policies', [{ name: 'a', effect: 'deny', when: 'true', methods: [] }], '#/policies/0/methods must name a method'],
  [
    'policies',
    ['a', 'a'].map((name) => ({ name, effect: 'deny', when: 'true' })),
    '#/policies must have names that differ',
  ],
  ['requiredRoles', Array(65).fill('a'), '#/requiredRoles must be at most 64 roles'],
  ['affinity', 'sticky', '#/affinity must be one of session, none'],
  ['sessionRecovery', 1, '#/sessionRecovery must be one of replay, terminate'],
  ['sessions', { idleTimeoutSeconds: 59 }, '#/sessions/idleTimeoutSeconds must be at least 60'],
  ['sessions', { maxAgeSeconds: 1.5 }, '#/sessions/maxAgeSeconds must be a whole number'],
  ['sessions', { maxOpen: 0 }, '#/sessions/maxOpen must be at least 1'],
  ['sessions', { maxOpenPerCaller: 1_000_001 }, '#/sessions/maxOpenPerCaller must be at most 1000000'],
  ['sessions', { max: 5 }, '#/sessions/max is not a known field'],
  ['resources', { requests: { cpu: '1 core' } }, `#/resources/requests/cpu ${QUANTITY}`],
  ['resources', { limits: { memory: '-1Gi' } }, `#/resources/limits/memory ${QUANTITY}`],
];

describe('a variable', () => {
  it('may have the name of a member of Object.prototype', () => {
    const secretEnvironment = { toString: { secret: 'a', key: 'b' } };
    expect(refusals({ ...MINIMAL, secretEnvironment })).toEqual([]);
  });

  it('has one source', () => {
    const twice = { environmentVariables: { A: '1' }, secretEnvironment: { A: { secret: 'a', key: 'b' } } };
    expect(refusals({ ...MINIMAL, ...twice })).toEqual([
      {
        pointer: '#/secretEnvironment',
        detail: 'must not name a variable that environmentVariables names, too; put it into one of the two',
      },
    ]);
  });
});

const short = (value: unknown) => JSON.stringify(value).slice(0, 40);

describe('a field of an adapter spec', () => {
  it.each(accepted.map(([field, value]) => [field, short(value), value] as const))(
    '%s may be %s',
    (field, _text, value) => {
      expect(details(field, value)).toEqual([]);
    },
  );

  it.each(refused.map(([field, value, ...messages]) => [field, short(value), messages, value] as const))(
    '%s may not be %s: %j',
    (field, _text, messages, value) => {
      expect(details(field, value)).toEqual(messages);
    },
  );
});

it.each([
  ['1.0.0', 'team/x:1.0.0'],
  ['sha256-tag', 'team/x:sha256-tag'],
  ['1.0.0@sha256:abc', 'team/x:1.0.0@sha256:abc'],
  ['sha256:abc', 'team/x@sha256:abc'],
  ['sha512:abc', 'team/x@sha512:abc'],
])('the reference of an image of version %s follows the syntax of registries', (imageVersion, reference) => {
  expect(imageReference({ imageName: 'team/x', imageVersion })).toBe(reference);
});

it.each<[fields: object, message: string | undefined]>([
  [{ bridge: false, preserveHost: true, tls: {} }, undefined],
  [{ bridge: true, upstreamAuth: { credential: 'crm' } }, undefined],
  [
    { bridge: true, preserveHost: true },
    'cannot be true beside preserveHost: the requests of a client end at the tool router',
  ],
  [{ bridge: true, affinity: 'none' }, 'needs affinity: session, because tool routers keep the sessions of clients'],
  [
    { bridge: true, tls: {} },
    'cannot be true beside tls: tool routers, which translate, do not use the certificates of an adapter',
  ],
  [
    { bridge: true, upstreamAuth: { identityToken: true } },
    'cannot be true beside upstreamAuth.identityToken: tool routers, which translate, have no such token of a caller',
  ],
])('an adapter with %j is refused with %j', (fields, message) => {
  expect(refusals({ ...MINIMAL, ...fields })).toEqual(message ? [{ pointer: '#/bridge', detail: message }] : []);
});
