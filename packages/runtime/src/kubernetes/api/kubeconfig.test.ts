import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folder } from '../../../../../test/support/after-tests.js';
import { kubeconfigCredentials } from './kubeconfig.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A kubeconfig's entries for its only cluster and its only user. */
async function credentialsOf(cluster: object, user: object, context = 'a') {
  const file = join(await folder(), 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://kube/path/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
    'current-context': context,
  };
  await writeFile(file, JSON.stringify(config));
  return kubeconfigCredentials(file);
}

describe('a kubeconfig', () => {
  it.each<[what: string, cluster: object, user: object, expected: object]>([
    ['no user', {}, {}, { headers: {}, tls: {} }],
    [
      'a client certificate, an authority and a server name',
      { 'certificate-authority-data': base64('the authority'), 'tls-server-name': 'kube.example' },
      { 'client-certificate-data': base64('the certificate'), 'client-key-data': base64('the key') },
      {
        headers: {},
        tls: {
          ca: Buffer.from('the authority'),
          cert: Buffer.from('the certificate'),
          key: Buffer.from('the key'),
          servername: 'kube.example',
        },
      },
    ],
    [
      'a token, and no verification of the server',
      { 'insecure-skip-tls-verify': true },
      { token: 'secret' },
      { headers: { Authorization: 'Bearer secret' }, tls: { rejectUnauthorized: false } },
    ],
  ])('has %s', async (_what, cluster, user, expected) => {
    const { server, current } = await credentialsOf(cluster, user);
    expect(server).toBe('https://kube/path');
    expect(await current()).toStrictEqual(expected);
  });

  it('has to name a cluster', async () => {
    await expect(credentialsOf({}, {}, 'other')).rejects.toThrow('names no cluster');
  });
});
