import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, invalid } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const NAME = 'must be lower-case letters, digits and inner hyphens';
const IMAGE =
  'must be lower-case words joined by ".", "_", "__" or hyphens, in parts joined by "/", such as "team/mcp-example"';
const REGISTRY = 'must not name a registry host; the operator configures the registry';
const TAG =
  'must be a tag (letters, digits, "_", "." and "-", at most 128), a digest (sha256:…), or both (1.0.0@sha256:…)';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const TEXT = 'must be well-formed Unicode without NUL characters';
const VARIABLE = 'must be letters, digits and underscores, not starting with a digit';
const RESERVED = 'is set by the platform and cannot be overridden';
const QUANTITY = 'must be a Kubernetes quantity such as "250m" or "256Mi"';
const PATH = 'must be an absolute URL path without query';

const NOTHING_TO_BRIDGE =
  'must have MCP_COMMAND, the program of a server that speaks stdio, such as "npx", with its arguments in MCP_ARGS, or ' +
  'MCP_PROXY_URL, the URL of a server that runs elsewhere: the bridge does not start without';

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`V${i}`, '']));
const variables = (...names: string[]) => ({
  environmentVariables: Object.fromEntries(names.map((name) => [name, 'x'])),
});

/** The change that makes the spec invalid, and the expected pointers with their details. */
type Case = [object, ...[pointer: string, detail: string][]];

const cases: Record<string, Case[]> = {
  name: [
    [{ name: undefined }, ['#/name', 'is required']],
    [{ name: '' }, ['#/name', 'must not be empty']],
    [{ name: 'a'.repeat(64) }, ['#/name', 'must be at most 63 characters']],
    [{ name: 'Echo' }, ['#/name', NAME]],
    [{ name: '..' }, ['#/name', NAME]],
    [{ name: 'a/../b' }, ['#/name', NAME]],
    [{ name: 'écho' }, ['#/name', NAME]],
    [{ name: 'аbc' }, ['#/name', NAME]], // begins with a Cyrillic letter
    [{ name: '-echo' }, ['#/name', NAME]],
    [{ name: 'echo-' }, ['#/name', NAME]],
    [{ name: 'echo\n' }, ['#/name', NAME]],
    [{ name: 'echo\0' }, ['#/name', NAME]],
    [{ name: 7 }, ['#/name', 'must be a string']],
    [{ name: ['echo'] }, ['#/name', 'must be a string']],
    [{ name: null }, ['#/name', 'is required']],
  ],
  imageName: [
    [{ imageName: undefined }, ['#/imageName', 'is required']],
    [{ imageName: '' }, ['#/imageName', IMAGE]],
    [{ imageName: '../echo' }, ['#/imageName', IMAGE]],
    [{ imageName: 'a/../b' }, ['#/imageName', IMAGE]],
    [{ imageName: 'a..b' }, ['#/imageName', IMAGE]],
    [{ imageName: 'evil.example/echo' }, ['#/imageName', REGISTRY]],
    [{ imageName: 'localhost/echo' }, ['#/imageName', REGISTRY]],
    [{ imageName: 'localhost:5000/echo' }, ['#/imageName', REGISTRY]],
    [{ imageName: 'x:1' }, ['#/imageName', 'must not contain a tag; put "1" into imageVersion']],
    [{ imageName: `x@${DIGEST}` }, ['#/imageName', `must not contain a digest; put "${DIGEST}" into imageVersion`]],
    [{ imageName: '10.0.0.1/echo' }, ['#/imageName', REGISTRY]],
    [{ imageName: 'echo@sha256' }, ['#/imageName', IMAGE]],
    [{ imageName: 'a'.repeat(256) }, ['#/imageName', 'must be at most 255 characters']],
  ],
  imageVersion: [
    [{ imageVersion: undefined }, ['#/imageVersion', 'is required']],
    [{ imageVersion: '' }, ['#/imageVersion', TAG]],
    [{ imageVersion: '.1' }, ['#/imageVersion', TAG]],
    [{ imageVersion: '1@sha256:0' }, ['#/imageVersion', TAG]],
    [{ imageVersion: 'v'.repeat(129) }, ['#/imageVersion', TAG]],
    [{ imageVersion: 1 }, ['#/imageVersion', 'must be a string']],
  ],
  replicaCount: [
    [{ replicaCount: -1 }, ['#/replicaCount', 'must be at least 0']],
    [{ replicaCount: 65 }, ['#/replicaCount', 'must be at most 64']],
    [{ replicaCount: 1.5 }, ['#/replicaCount', 'must be a whole number']],
    [{ replicaCount: '2' }, ['#/replicaCount', 'must be a whole number']],
  ],
  environmentVariables: [
    [variables('1A'), ['#/environmentVariables/1A', VARIABLE]],
    [variables('A-B', 'C D'), ['#/environmentVariables/A-B', VARIABLE], ['#/environmentVariables/C D', VARIABLE]],
    [variables('A=B'), ['#/environmentVariables/A=B', VARIABLE]],
    [variables('A/B~C'), ['#/environmentVariables/A~1B~0C', VARIABLE]],
    [variables(''), ['#/environmentVariables/', VARIABLE]],
    [variables('A\0'), ['#/environmentVariables/A\0', VARIABLE]],
    ...['PORT', 'HOST', 'PATH', 'MCP_GATEWAY_REPLICA', 'MCP_GATEWAY_', 'KUBERNETES_SERVICE_HOST'].map((name): Case => [
      variables(name),
      [`#/environmentVariables/${name}`, RESERVED],
    ]),
    [variables('A'.repeat(257)), [`#/environmentVariables/${'A'.repeat(256)}…`, 'must be at most 256 characters']],
    [{ environmentVariables: { A: 1 } }, ['#/environmentVariables/A', 'must be a string']],
    [{ environmentVariables: { A: null } }, ['#/environmentVariables/A', 'must be a string']],
    [{ environmentVariables: { A: 'x\0y' } }, ['#/environmentVariables/A', TEXT]],
    [
      { environmentVariables: { A: 'x'.repeat(32_769) } },
      ['#/environmentVariables/A', 'must be at most 32768 characters'],
    ],
    [{ environmentVariables: many(257) }, ['#/environmentVariables', 'must hold at most 256 variables']],
    [
      { imageName: 'team/mcp-proxy', ...variables('MCP_COMAND', 'API_KEY') },
      ['#/environmentVariables/MCP_COMAND', 'is no setting of the bridge; did you mean "MCP_COMMAND"?'],
    ],
    [{ imageName: 'team/mcp-proxy', ...variables('API_KEY') }, ['#/environmentVariables', NOTHING_TO_BRIDGE]],
    [
      { imageName: 'mcp-bridge', secretEnvironment: { MCP_PROXY_HEADER: { secret: 'a', key: 'b' } } },
      ['#/secretEnvironment/MCP_PROXY_HEADER', 'is no setting of the bridge; did you mean "MCP_PROXY_HEADERS"?'],
    ],
    [{ environmentVariables: ['A=1'] }, ['#/environmentVariables', 'must be an object']],
  ],
  'the rest': [
    [{ description: 'a\0b' }, ['#/description', TEXT]],
    [{ description: '\ud800' }, ['#/description', TEXT]],
    [{ description: 'x'.repeat(4097) }, ['#/description', 'must be at most 4096 characters']],
    [{ useWorkloadIdentity: 'yes' }, ['#/useWorkloadIdentity', 'must be a boolean']],
    [{ requiredRoles: 'admin' }, ['#/requiredRoles', 'must be an array']],
    [{ requiredRoles: ['a', ''] }, ['#/requiredRoles/1', 'must not be empty']],
    [{ requiredRoles: ['a'.repeat(129)] }, ['#/requiredRoles/0', 'must be at most 128 characters']],
    [{ requiredRoles: ['a\0'] }, ['#/requiredRoles/0', TEXT]],
    [{ requiredRoles: Array.from({ length: 65 }, () => 'a') }, ['#/requiredRoles', 'must be at most 64 roles']],
    [{ path: 'mcp' }, ['#/path', PATH]],
    [{ path: '/a?b' }, ['#/path', PATH]],
    [{ path: '/a b' }, ['#/path', PATH]],
    [{ path: '/a/../b' }, ['#/path', 'must not contain ".." segments']],
    [{ healthCheck: { path: 'up' } }, ['#/healthCheck/path', PATH]],
    [{ healthCheck: { paht: '/' } }, ['#/healthCheck/paht', 'is not a known field; did you mean "path"?']],
    [{ resources: { limits: { cpu: 'much' } } }, ['#/resources/limits/cpu', QUANTITY]],
    [{ resources: { limits: { gpu: '1' } } }, ['#/resources/limits/gpu', 'is not a known field; did you mean "cpu"?']],
    [{ extra: 1, other: 2 }, ['#/extra', 'is not a known field'], ['#/other', 'is not a known field']],
    [{ replicas: 2 }, ['#/replicas', 'is not a known field; did you mean "replicaCount"?']],
    [{ ImageName: 'other' }, ['#/ImageName', 'is the same field as "imageName"; send one of them']],
    [{ constructor: 1 }, ['#/constructor', 'is not a known field']],
    [{ name: 'Bad', replicaCount: 65 }, ['#/name', NAME], ['#/replicaCount', 'must be at most 64']],
  ],
};

const titleOf = (changes: object): string => {
  const json = JSON.stringify(changes, (_key, value: unknown) => (value === undefined ? 'left out' : value));
  return json.length > 70 ? `${json.slice(0, 70)}…` : json;
};

describe('a spec that is not valid gets 400, with each bad field and its fault', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = await startControlPlane();
  });

  describe.each(Object.entries(cases))('%s', (_field, list) => {
    it.each(list.map(([changes, ...errors]) => ({ title: titleOf(changes), changes, errors })))(
      '$title',
      async ({ changes, errors }) => {
        const alice = caller(plane.url, 'alice');
        const { status, headers, json } = await alice.post({ ...specOf('echo'), ...changes });
        expect(json).toEqual(invalid(...errors.map(([pointer, detail]) => ({ pointer, detail }))));
        expect(status).toBe(400);
        expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(await plane.rows.names()).toEqual([]);
        expect(plane.hints).toEqual([]);
      },
    );
  });

  it('also in a PUT, which changes nothing', async () => {
    const alice = caller(plane.url, 'alice');
    const { json: before } = await alice.post(specOf('kept'));
    const bad = specOf('kept', { replicaCount: 65 });
    const expected = invalid({ pointer: '#/replicaCount', detail: 'must be at most 64' });
    expect(await alice.put('kept', bad)).toMatchObject({ status: 400, json: expected });
    expect((await alice.get('/adapters/kept')).json).toEqual(before);
  });
});
