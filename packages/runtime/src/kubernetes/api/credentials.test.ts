import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { folder } from '../../../../../test/support/after-tests.js';
import { kubeconfigCredentials, serviceAccountCredentials } from './credentials.js';

const SERVER = 'https://10.96.0.1:443';

let account: string;
beforeEach(async () => {
  account = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  await writeFile(join(account, 'ca.crt'), 'the authority');
  await writeFile(join(account, 'token'), 'first\n');
});
afterEach(() => rm(account, { recursive: true }));

describe('the service account of a pod', () => {
  it('presents the token, and trusts only the authority of the cluster', async () => {
    const credentials = serviceAccountCredentials(SERVER, account);
    expect(credentials.server).toBe(SERVER);
    expect(await credentials.current()).toEqual({
      headers: { authorization: 'Bearer first' },
      tls: { ca: 'the authority' },
    });
  });

  it('presents a renewed token within a minute, and reads it no more often', async () => {
    let time = 0;
    const { current } = serviceAccountCredentials(SERVER, account, () => time);
    await writeFile(join(account, 'token'), 'second');
    const presented = async (at: number) => {
      time = at;
      return (await current()).headers['authorization'];
    };
    expect(await presented(60_000)).toBe('Bearer first');
    expect(await presented(60_001)).toBe('Bearer second');
    await rm(join(account, 'token'));
    expect(await presented(120_000)).toBe('Bearer second');
  });

  it('is required at the start', () => {
    expect(() => serviceAccountCredentials(SERVER, join(account, 'nowhere'))).toThrow('ENOENT');
  });
});

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
