import { createLogger } from '@mcp-gateway/platform/logging';
import { ApiError } from '../src/kubernetes/api/errors.js';
import type { ApiClient } from '../src/kubernetes/api/client.js';
import type { KubeObject } from '../src/kubernetes/api/types.js';
import { LastApplied } from '../src/kubernetes/verbs/last-applied.js';
import { type RuntimeContext, FailureConditions } from '../src/kubernetes/verbs/context.js';
import type { KubernetesSettings } from '../src/kubernetes/settings/settings.js';
import { ClusterState } from '../src/kubernetes/informers/cluster-state.js';
import { DEFAULTS } from './settings.js';

type Request = Parameters<ApiClient['call']>[0];

/** A context whose API server gives these answers; undefined is 404. `requests` has each request, in order. */
export function contextOf(
  answer: (request: Request) => KubeObject | undefined,
  settings: Partial<KubernetesSettings> = {},
): { context: RuntimeContext; requests: Request[] } {
  const requests: Request[] = [];
  const cluster: ApiClient = {
    async call(request) {
      requests.push(request);
      const found = answer(request);
      if (!found) throw new ApiError(404, 'NotFound', 'there is none');
      return found;
    },
    stream: () => Promise.reject(new Error('nothing is watched')),
    close: async () => {},
  };
  const context: RuntimeContext = {
    settings: { ...DEFAULTS, ...settings },
    cluster,
    state: new ClusterState(),
    lastApplied: new LastApplied(),
    failureConditions: new FailureConditions(() => {}),
    removing: new Map(),
    log: createLogger('test', 'silent'),
  };
  return { context, requests };
}

let versions = 100;
/** The answer of an API server to an apply of a new object. */
export function applied({ body }: Request): KubeObject {
  const { kind, metadata, ...rest } = body as KubeObject;
  const version = (versions += 1);
  const made = { ...metadata, uid: `uid-of-${kind}-${version}`, resourceVersion: String(version) };
  return { ...rest, ...ownedObject(kind ?? '', made) };
}

/** Requests as method and end of the path. */
export const linesOf = (requests: readonly Request[]): string[] =>
  requests.map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`);

/** The resource id as an entry of managed fields. */
const ID_FIELD = { 'f:metadata': { 'f:annotations': { 'f:mcp-gateway.io/resource-id': {} } } };

/** The managed fields of an object whose resource id another client has edited. */
export const idEdited = {
  managedFields: [
    { manager: 'mcp-gateway/mcp-gateway', operation: 'Apply', fieldsV1: {} },
    { manager: 'kubectl-annotate', operation: 'Update', fieldsV1: ID_FIELD },
  ],
};

/** An object of the adapter `echo` as the default gateway applied it. */
export const ownedObject = (kind: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: 'adapter-echo',
    uid: `uid-of-${kind}`,
    resourceVersion: '7',
    creationTimestamp: '2026-11-20T08:00:00Z',
    labels: {
      'mcp-gateway.io/gateway': 'mcp-gateway',
      'mcp-gateway.io/kind': 'adapter',
      'mcp-gateway.io/name': 'echo',
    },
    annotations: { 'mcp-gateway.io/resource-id': 'id-of-echo' },
    managedFields: [{ manager: 'mcp-gateway/mcp-gateway', operation: 'Apply', fieldsV1: ID_FIELD }],
    ...more,
  },
});
