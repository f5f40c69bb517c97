import { EXAMPLE_IMAGE } from './images.js';

/** A pod of one container that every Pod Security level accepts. */
export const restrictedPod = (container: { name: string; image: string; [field: string]: unknown }) => ({
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      ...container,
    },
  ],
});

/** The example server: a StatefulSet, and a Service of the same name at port 80. */
export function exampleServer(name: string, replicas: number): object[] {
  const labels = { 'app.kubernetes.io/name': name };
  const spec = restrictedPod({
    name: 'server',
    image: EXAMPLE_IMAGE,
    ports: [{ name: 'mcp', containerPort: 8000 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 'mcp' }, periodSeconds: 1 },
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ name: 'mcp', port: 80, targetPort: 'mcp' }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        replicas,
        serviceName: name,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
  ];
}
