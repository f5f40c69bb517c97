import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import { selfSigned } from './support/certificate.js';
import { LISTENER_TLS, readTlsFiles } from '@mcp-gateway/platform/serving';

const own = selfSigned();
let at: (name: string) => string;
beforeAll(async () => {
  const path = await folder();
  at = (name) => join(path, name);
  await writeFile(at('cert.pem'), own.cert);
  await writeFile(at('key.pem'), own.key);
  await writeFile(at('other-key.pem'), selfSigned().key);
  await writeFile(at('garbage.pem'), 'garbage');
});

const readOf = (cert: string | undefined, key: string | undefined) =>
  readTlsFiles({ MCP_GATEWAY_TLS_CERT_FILE: cert, MCP_GATEWAY_TLS_KEY_FILE: key }, LISTENER_TLS, 'server');

it('reads a certificate and its key when they are configured', () => {
  expect(readOf(undefined, undefined)).toBeUndefined();
  expect(readOf(at('cert.pem'), at('key.pem'))).toEqual(own);
});

it.each([
  ['cert.pem', undefined, 'MCP_GATEWAY_TLS_KEY_FILE is required'],
  [undefined, 'key.pem', 'MCP_GATEWAY_TLS_CERT_FILE is required'],
  ['nowhere.pem', 'key.pem', /^MCP_GATEWAY_TLS_CERT_FILE must be a file that can be read: .*nowhere\.pem/],
  ['cert.pem', 'nowhere.pem', /^MCP_GATEWAY_TLS_KEY_FILE must be a file that can be read: .*nowhere\.pem/],
  ['garbage.pem', 'key.pem', /must be a certificate and its key, in PEM/],
  ['cert.pem', 'garbage.pem', /must be a certificate and its key, in PEM/],
  ['cert.pem', 'other-key.pem', /must be a certificate and its key, in PEM: .*mismatch/],
])('explains what is wrong with %s and %s', (cert, key, message) => {
  const read = () => readOf(cert && at(cert), key && at(key));
  expect(read).toThrow(message);
  expect(read).not.toThrow('PRIVATE KEY');
});
