import type { V1Container, V1EnvVar, V1ResourceRequirements, V1Probe } from '@kubernetes/client-node';
import { imageReference, type AdapterSpec } from '@mcp-gateway/common/contracts';
import type { Workload } from '../../workload.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { DEFAULT_HEALTH_PATH, STARTUP_SECONDS } from '../../health.js';

export const SERVER_CONTAINER = 'server';

const imageOf = (workload: Workload, { imageRegistry }: KubernetesSettings): string =>
  `${imageRegistry}/${imageReference(workload)}`;

export function containerOf(workload: Workload, settings: KubernetesSettings, health: HealthCheck): V1Container {
  return {
    name: SERVER_CONTAINER,
    image: imageOf(workload, settings),
    imagePullPolicy: settings.imagePullPolicy,
    // Without a name: after an edit of the number, two ports would have the same name, and every apply would fail.
    ports: [{ containerPort: workload.port, protocol: 'TCP' }],
    env: environmentOf(workload, settings.replicaHost),
    resources: resourcesOf(workload.resources, settings.resources),
    ...probesOf(workload, health),
    // `sleep` and not a command, because an image need not have a shell.
    ...(settings.drainSeconds > 0 && { lifecycle: { preStop: { sleep: { seconds: settings.drainSeconds } } } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** Escapes `$(NAME)`, which Kubernetes would expand: the values of callers are literal. */
const literal = (value: string) => value.replaceAll('$', '$$$$');

function environmentOf({ name, port, environment, secretEnvironment = {} }: Workload, host: string): V1EnvVar[] {
  return [
    { name: 'PORT', value: String(port) },
    { name: 'HOST', value: host },
    // The user of the process has no home in the image's /etc/passwd, and only /tmp is writable.
    ...('HOME' in environment || 'HOME' in secretEnvironment ? [] : [{ name: 'HOME', value: '/tmp' }]),
    {
      name: 'MCP_GATEWAY_INSTANCE',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    },
    { name: 'MCP_GATEWAY_REPLICA', value: `${name}-$(MCP_GATEWAY_INSTANCE)` },
    ...sorted(environment).map(([variable, value]) => ({ name: variable, value: literal(value) })),
    ...sorted(secretEnvironment).map(([variable, { secret, key }]) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name: secret, key } },
    })),
  ];
}

type Resources = AdapterSpec['resources'];

/** The default of a resource applies only when the spec has neither its request nor its limit: a mix could put the limit below the request. */
function resourcesOf(own: Resources, defaults: Resources): V1ResourceRequirements {
  const amountIn = (resource: 'cpu' | 'memory') => own.requests?.[resource] ?? own.limits?.[resource];
  const amounts = (which: 'requests' | 'limits') => {
    const found: Record<string, string> = {};
    for (const resource of ['cpu', 'memory'] as const) {
      const quantity = (amountIn(resource) === undefined ? defaults : own)[which]?.[resource];
      if (quantity !== undefined) found[resource] = quantity;
    }
    return found;
  };
  return { requests: amounts('requests'), limits: amounts('limits') };
}

const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** How the kubelet checks a replica. `answer` is the HTTP status that showed that there is no health endpoint. */
export type HealthCheck = { by: 'http' } | { by: 'tcp'; answer?: string };

type Check = Pick<V1Probe, 'httpGet' | 'tcpSocket'>;
type Probes = Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/** Seconds between two startup probes. */
const START_PERIOD = 3;

/**
 * After the start, ten seconds of failing probes take a replica out of the routes for new sessions. Only two minutes of failing
 * probes restart it, because a restart ends its sessions.
 *
 * The kubelet writes 25 events about a pod, and then one every five minutes. So the startup probe runs every three seconds only.
 * With the default path, which need not exist, the startup probe only opens the port, and the liveness probe takes longer than
 * five minutes: by then an event shows that the path is missing.
 */
export function probesOf({ healthPath, healthType, port, tls }: Workload, { by }: HealthCheck): Probes {
  const open = { tcpSocket: { port } };
  const check = by === 'http' ? { httpGet: { path: healthPath, port, scheme: tls ? 'HTTPS' : 'HTTP' } } : open;
  const assumed = by === 'http' && healthType === undefined && healthPath === DEFAULT_HEALTH_PATH;
  const every = (periodSeconds: number, failureThreshold: number, timeoutSeconds: number, what: Check): V1Probe => ({
    ...what,
    periodSeconds,
    failureThreshold,
    timeoutSeconds,
    successThreshold: 1,
  });
  return {
    startupProbe: every(START_PERIOD, STARTUP_SECONDS / START_PERIOD, 2, assumed ? open : check),
    readinessProbe: every(5, 2, 3, check),
    livenessProbe: every(10, assumed ? 33 : 12, 5, check),
  };
}
