import fs from 'node:fs';

/**
 * Writes a kubeconfig that needs no other file.
 * @param {string} file
 * @param {{ server: string, authority: string, certificate: string, key: string }} contents certificates and key in PEM
 */
export function writeKubeconfig(file, { server, authority, certificate, key }) {
  const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    'current-context': 'test',
  };
  fs.writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}

/** @param {string} text */
const base64 = (text) => Buffer.from(text).toString('base64');
