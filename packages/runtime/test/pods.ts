import type { ContainerStatus, KubeEvent, Pod, StatefulSet } from '../src/kubernetes/api/types.js';
import { STDIO_REMEDY } from '../src/health.js';

/** What the message of a pod ends with that has never listened. */
export const NEVER_LISTENS = `The server has to listen on the port in PORT. If it speaks only stdio, ${STDIO_REMEDY}.`;

/** A healthy pod of the adapter `echo`. */
export function podOf(more: Partial<Pod['metadata']> = {}, status: Pod['status'] = {}): Pod {
  return {
    metadata: {
      name: 'adapter-echo-1',
      uid: 'pod-uid',
      resourceVersion: '10',
      creationTimestamp: '2026-11-20T08:00:00Z',
      labels: { 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'echo' },
      annotations: { 'mcp-gateway.io/revision': 'r1' },
      ...more,
    },
    spec: {
      containers: [
        {
          name: 'server',
          image: 'registry/echo:1',
          ports: [{ containerPort: 8000 }],
          startupProbe: { httpGet: { path: '/healthz' } },
          readinessProbe: { httpGet: { path: '/healthz' } },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.7',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [running()],
      ...status,
    },
  };
}

export const running = (more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'server',
  restartCount: 0,
  started: true,
  ready: true,
  containerID: 'containerd://a',
  state: { running: { startedAt: '2026-11-20T08:00:02Z' } },
  ...more,
});

export const waiting = (reason: string, message?: string, more: Partial<ContainerStatus> = {}): Pod['status'] => ({
  phase: 'Pending',
  conditions: [],
  containerStatuses: [
    running({ started: false, state: { waiting: { reason, ...(message && { message }) } }, ...more }),
  ],
});

export const notReady: Pod['status'] = {
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
};

export const warning = (
  uid: string,
  reason: string,
  message: string,
  lastTimestamp = '2026-11-20T09:00:00Z',
): KubeEvent => ({
  metadata: {
    name: `${uid}.${reason}.${message.length}`,
    uid: '',
    resourceVersion: '1',
    creationTimestamp: lastTimestamp,
  },
  involvedObject: { uid },
  reason,
  message,
  lastTimestamp,
});

export const statefulSetOf = (replicas: number): StatefulSet => ({
  metadata: {
    name: 'adapter-echo',
    uid: 'set-uid',
    resourceVersion: '10',
    generation: 2,
    creationTimestamp: '2026-11-20T08:00:00Z',
    annotations: { 'mcp-gateway.io/revision': 'r1' },
  },
  spec: { replicas },
  status: { observedGeneration: 2, updateRevision: 'adapter-echo-new' },
});
