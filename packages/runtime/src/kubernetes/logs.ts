import { resourceKey } from '@mcp-gateway/common/contracts';
import type { LogOptions, LogReader } from '../log-reader.js';
import { ApiError } from './api/errors.js';
import { connectApi, type ApiStream, type ApiClient } from './api/client.js';
import type { ApiServerAddress } from './api/connection.js';
import type { Pod } from './api/types.js';
import { pathOf } from './api/paths.js';
import { GATEWAY, refOf, RESOURCE_ID } from './ownership/labels.js';
import { podName } from './objects/names.js';
import { CONTAINER } from './objects/container.js';

interface LogSettings extends ApiServerAddress {
  namespace: string;
  gateway: string;
}

const REQUESTS_PER_SECOND = 20;
/** Of what was written before; what follows has no bound but the reader's patience. */
const MAX_BYTES = 16 * 1024 * 1024;
const NEVER_MS = 0;

/** Logs of the Kubernetes runtime: what the nodes keep of a pod's container. */
export async function kubernetesLogs(settings: LogSettings): Promise<LogReader & { close(): Promise<void> }> {
  const cluster = await connectApi(settings, REQUESTS_PER_SECOND);
  return {
    async read({ kind, name, id }, options) {
      const path = pathOf('Pod', settings.namespace, podName({ kind, name }, options.instance));
      try {
        const pod = (await cluster.call({ method: 'GET', path })) as Pod;
        const ref = refOf(pod);
        if (!ref || resourceKey(ref) !== resourceKey({ kind, name })) return null;
        const { labels, annotations = {} } = pod.metadata;
        if (labels?.[GATEWAY] !== settings.gateway) return null;
        if (annotations[RESOURCE_ID] !== id || !hasStarted(pod)) return null; // an earlier one's pod may still be ending
        return await open(cluster, `${path}/log`, options);
      } catch (error) {
        // No such pod; a container that has not started, or none before this one.
        if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return null;
        throw error;
      }
    },
    close: () => cluster.close(),
  };
}

/** Of a pod without a node, the API server answers with no lines at all. */
function hasStarted({ status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  return [container?.state, container?.lastState].some((state) => state?.running ?? state?.terminated);
}

function open(
  cluster: ApiClient,
  path: string,
  { tail, follow, previous, sinceSeconds, signal }: LogOptions,
): Promise<ApiStream> {
  const query = {
    container: CONTAINER,
    tailLines: String(tail),
    ...(follow ? { follow: 'true' } : { limitBytes: String(MAX_BYTES) }),
    ...(previous && { previous: 'true' }),
    ...(sinceSeconds !== undefined && { sinceSeconds: String(sinceSeconds) }),
  };
  return cluster.stream({ method: 'GET', path, query, signal }, NEVER_MS);
}
