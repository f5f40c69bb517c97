import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../machine/command.mjs';
import { writeKubeconfig } from './kubeconfig.mjs';

const REQUEST = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 30'.split(' ');

/** The users with a client certificate: name of the file → subject. RBAC and the Node authorizer know these names. */
const USERS = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: '/O=system:nodes/CN=system:node:node',
};

/**
 * Makes a certificate authority for this cluster alone, the API server's certificate, and a kubeconfig for each user.
 * @param {import('../instance.mjs').Instance} instance
 */
export async function createCertificates({ folder, address, server, kubernetesService }) {
  const file = (/** @type {string} */ name) => path.join(folder, name);
  /** @param {string} name @param {string} subject @param {string[]} extra */
  const request = (name, subject, ...extra) =>
    run('openssl', [
      ...REQUEST,
      '-subj',
      subject,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.crt`),
      ...extra,
    ]);

  await request('ca', '/CN=test-cluster', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  const signed = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
  const names = `IP:${address},IP:${kubernetesService},DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local`;
  await Promise.all([
    request('kube-apiserver', '/CN=kube-apiserver', ...signed, '-addext', `subjectAltName=${names}`),
    ...Object.entries(USERS).map(([name, subject]) => request(name, subject, ...signed)),
  ]);

  const text = (/** @type {string} */ name) => fs.readFileSync(file(name), 'utf8');
  for (const name of Object.keys(USERS)) {
    writeKubeconfig(file(`${name}.kubeconfig`), {
      server,
      authority: text('ca.crt'),
      certificate: text(`${name}.crt`),
      key: text(`${name}.key`),
    });
  }

  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  fs.writeFileSync(file('service-accounts.key'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  fs.writeFileSync(file('service-accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
}
