import { RegistryQuery } from '../registry/query.js';
import { json, pathParameter, problem, queryParameters, ref, responses } from './parts.js';

const path = '/registry/v0.1/servers';
const server = pathParameter('server', 'Name of the server with its slash encoded, such as `com.example.tools%2Fecho`.', {});
const version = pathParameter('version', 'A version, or `latest`.', {});
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const notFound = problem('The server does not exist, has no such version, or you may not use it.');

const REGISTRY_ROOT = {
  type: 'object',
  properties: {
    message: { type: 'string', description: 'What the URLs are for.' },
    registry: { type: 'string', description: 'URL for clients that take a registry.' },
    servers: { type: 'string', description: 'URL of the list of servers.' },
  },
  required: ['message', 'registry', 'servers'],
  additionalProperties: false,
};

/** The registry API of MCP, v0.1. */
export const registryPaths = {
  '/registry': {
    get: {
      tags: ['registry'],
      operationId: 'getRegistry',
      summary: 'Find the registry of MCP servers',
      description:
        'Answers with the URL that clients of a registry are given, which is this one, and with the one at which they find the servers.',
      responses: responses({ 200: { description: 'The URLs.', ...json(REGISTRY_ROOT) } }),
    },
  },
  [path]: {
    get: {
      tags: ['registry'],
      operationId: 'listRegistryServers',
      summary: 'List servers as a registry of MCP servers',
      description:
        'Lists the adapters and toolsets that you may use in the form of the official registry (v0.1), for clients that take a registry, such as VS Code. ' +
        'The URL to configure there ends with `/registry`.',
      parameters: queryParameters(RegistryQuery),
      responses: responses({
        200: { description: 'One page.', ...json(ref('RegistryList')) },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      }),
    },
  },
  [`${path}/{server}/versions`]: {
    parameters: [server],
    get: {
      tags: ['registry'],
      operationId: 'listRegistryServerVersions',
      summary: 'List the versions of a server',
      description: 'Answers with the one version that the gateway has.',
      responses: responses({
        200: { description: 'The version.', ...json(ref('RegistryList')) },
        404: notFound,
        503: unavailable,
      }),
    },
  },
  [`${path}/{server}/versions/{version}`]: {
    parameters: [server, version],
    get: {
      tags: ['registry'],
      operationId: 'getRegistryServerVersion',
      summary: 'Read a server as a registry of MCP servers',
      description: 'Answers with the server in its current version.',
      responses: responses({
        200: { description: 'The server.', ...json(ref('RegistryServer')) },
        404: notFound,
        503: unavailable,
      }),
    },
  },
};
