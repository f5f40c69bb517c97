import fs from 'node:fs';

/** Needs no other file: certificates and keys, in PEM, go into it. */
/**
 * @typedef {{ certificate: string, key: string } | { token: string }} User
 * @param {string} file
 * @param {{ server: string, authority: string, user: User, namespace?: string }} options
 */
export function writeKubeconfig(file, { server, authority, user, namespace = 'default' }) {
  const credentials =
    'token' in user
      ? { token: user.token }
      : { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [{ name: 'test', user: credentials }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  };
  fs.writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}

/** @param {string} text */
const base64 = (text) => Buffer.from(text).toString('base64');
