import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from '../../../test/support/after-tests.js';

/** A kubeconfig file for an API server on this port, which need not authenticate its clients. */
export async function kubeconfigOf(port: number, { path = '', user = {} } = {}): Promise<string> {
  const file = join(await folder(), 'kubeconfig');
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'test', cluster: { server: `http://127.0.0.1:${port}${path}`, 'insecure-skip-tls-verify': true } },
      ],
      users: [{ name: 'admin', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      'current-context': 'test',
    }),
  );
  return file;
}
