import { beforeAll, describe, expect, it } from '@jest/globals';
import { kubectl } from './support/kubectl.js';
import { freshNamespace } from './support/namespace.js';
import { serviceAccountKubeconfig } from './support/service-account.js';

describe('the kubeconfig of a service account', () => {
  const namespace = freshNamespace();
  let as: string[];

  beforeAll(async () => {
    await namespace.kubectl('create', 'serviceaccount', 'reader');
    await namespace.kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=pods');
    await namespace.kubectl(
      'create',
      'rolebinding',
      'reader',
      '--role=reader',
      `--serviceaccount=${namespace.name}:reader`,
    );
    as = ['--kubeconfig', await serviceAccountKubeconfig(namespace.name, 'reader')];
  });

  it('belongs to that account', async () => {
    const { status } = JSON.parse(await kubectl(...as, 'auth', 'whoami', '--output=json'));
    expect(status.userInfo.username).toBe(`system:serviceaccount:${namespace.name}:reader`);
  });

  it('has the rights of its role, in its namespace by default, and no others', async () => {
    expect(await kubectl(...as, 'get', 'pods', '--output=name')).toBe('');
    await expect(kubectl(...as, 'get', 'secrets')).rejects.toThrow('cannot list resource "secrets"');
    await expect(kubectl(...as, 'get', 'pods', '--namespace=default')).rejects.toThrow('cannot list resource "pods"');
  });
});
