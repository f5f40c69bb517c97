import { resourceKey } from '@mcp-gateway/common/contracts';
import type { LogOptions, LogReader } from '../runtime.js';
import { ApiError } from './api/errors.js';
import { connectApi, type ApiStream, type ApiClient } from './api/client.js';
import type { ApiServerAddress } from './api/connection.js';
import type { Pod } from './api/types.js';
import { apiPath } from './api/paths.js';
import { GATEWAY_LABEL, refOf, RESOURCE_ID_ANNOTATION } from './ownership/labels.js';
import { podName } from './objects/manifest.js';
import { SERVER_CONTAINER } from './objects/container.js';

interface LogSettings extends ApiServerAddress {
  namespace: string;
  gateway: string;
}

const REQUESTS_PER_SECOND = 20;
/** Bounds the lines from before the request. Lines that are followed have no bound. */
const MAX_BYTES = 16 * 1024 * 1024;
const NEVER_MS = 0;

/** Logs of the Kubernetes runtime: the container logs that the nodes keep. */
export async function kubernetesLogs(settings: LogSettings): Promise<LogReader & { close(): Promise<void> }> {
  const cluster = await connectApi(settings, REQUESTS_PER_SECOND);
  return {
    async read({ kind, name, id }, options) {
      const path = apiPath('Pod', settings.namespace, podName({ kind, name }, options.instance));
      try {
        const pod = (await cluster.call({ method: 'GET', path })) as Pod;
        const ref = refOf(pod);
        if (!ref || resourceKey(ref) !== resourceKey({ kind, name })) return null;
        const { labels, annotations = {} } = pod.metadata;
        if (labels?.[GATEWAY_LABEL] !== settings.gateway) return null;
        if (annotations[RESOURCE_ID_ANNOTATION] !== id || !hasStarted(pod)) return null; // the pod of an earlier resource may still be terminating
        return await open(cluster, `${path}/log`, options);
      } catch (error) {
        // 404: no such pod. 400: the container has not started, or there is no previous one.
        if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return null;
        throw error;
      }
    },
    close: () => cluster.close(),
  };
}

/** For a pod without a node, the API server answers 200 with an empty log, so the status of the pod decides. */
function hasStarted({ status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER);
  return [container?.state, container?.lastState].some((state) => state?.running ?? state?.terminated);
}

function open(
  cluster: ApiClient,
  path: string,
  { tail, follow, previous, sinceSeconds, signal }: LogOptions,
): Promise<ApiStream> {
  const query = {
    container: SERVER_CONTAINER,
    tailLines: String(tail),
    ...(follow ? { follow: 'true' } : { limitBytes: String(MAX_BYTES) }),
    ...(previous && { previous: 'true' }),
    ...(sinceSeconds !== undefined && { sinceSeconds: String(sinceSeconds) }),
  };
  return cluster.stream({ method: 'GET', path, query, signal }, NEVER_MS);
}
