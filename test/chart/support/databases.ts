import type { freshNamespace } from '../../cluster/support/namespace.js';
import { POSTGRES_IMAGE, REDIS_IMAGE } from '../../cluster/images/databases.mjs';
import { restrictedPod } from '../../cluster/support/manifests.js';

type Namespace = ReturnType<typeof freshNamespace>;

/** One pod behind a Service of the same name. */
function server(name: string, port: number, container: Record<string, unknown>): object[] {
  const labels = { 'app.kubernetes.io/name': name };
  const { containers, ...pod } = restrictedPod({
    name,
    image: '',
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    volumeMounts: ['/tmp', '/data', '/var/run/postgresql'].map((mountPath) => ({
      name: 'scratch',
      mountPath,
      subPath: mountPath.replaceAll('/', '_'),
    })),
    ...container,
  });
  const spec = {
    ...pod,
    containers,
    securityContext: { ...pod.securityContext, runAsUser: 999, fsGroup: 999 },
    volumes: [{ name: 'scratch', emptyDir: {} }],
  };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ port }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}

/** A PostgreSQL and a Redis that exist before the gateway. */
export async function ownDatabases(namespace: Namespace) {
  const env = Object.entries({
    POSTGRES_USER: 'team',
    POSTGRES_PASSWORD: 'right',
    POSTGRES_DB: 'gateway',
    PGDATA: '/data/pgdata',
  }).map(([name, value]) => ({ name, value }));
  await namespace.apply(
    ...server('db', 5432, { image: POSTGRES_IMAGE, env }),
    ...server('cache', 6379, { image: REDIS_IMAGE, args: ['redis-server', '--save', '', '--protected-mode', 'no'] }),
  );
  await namespace.rolledOut('deployment/db');
  await namespace.rolledOut('deployment/cache');
  return {
    database: (password = 'right') => `postgresql://team:${password}@db.${namespace.name}:5432/gateway`,
    redis: `redis://cache.${namespace.name}:6379`,
  };
}
