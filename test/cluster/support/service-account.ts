import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from '../../support/after-tests.js';
import { kubeconfig, kubectl } from './kubectl.js';

/**
 * A kubeconfig with a token for a service account: its holder has exactly the rights that RBAC grants to that
 * account.
 * @returns the file; its token is valid for an hour
 */
export async function serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
  const token = await kubectl('create', 'token', name, '--namespace', namespace, '--duration=1h');
  const config = JSON.parse(await readFile(kubeconfig, 'utf8'));
  config.users[0].user = { token: token.trim() };
  config.contexts[0].context.namespace = namespace;
  const file = join(await folder(), `${name}.kubeconfig`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
