import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { networkVariables, proxyVariables, trustVariables } from './inherited-variables.js';

const env = {
  NODE_EXTRA_CA_CERTS: 'company.pem',
  SSL_CERT_DIR: '/etc/certs:more',
  HTTPS_PROXY: 'http://proxy.example:3128',
  no_proxy: '127.0.0.1',
  NODE_USE_ENV_PROXY: '1',
  npm_config_registry: 'https://npm.example/',
  npm_config_cafile: 'company.pem',
  HTTP_PROXY: '',
  npm_config_user_agent: 'npm/11',
  'npm_config_//npm.example/:_authToken': 's3cret',
  DATABASE_URL: 'postgresql://me:s3cret@db/gateway',
  REDIS_URL: 'redis://:s3cret@cache',
  NODE_OPTIONS: '--inspect',
};

it('passes on to replicas the authorities, the proxies and the registry, and nothing else', () => {
  expect(networkVariables(env)).toEqual({
    NODE_EXTRA_CA_CERTS: resolve('company.pem'),
    SSL_CERT_DIR: `/etc/certs:${resolve('more')}`,
    HTTPS_PROXY: 'http://proxy.example:3128',
    no_proxy: '127.0.0.1',
    NODE_USE_ENV_PROXY: '1',
    npm_config_registry: 'https://npm.example/',
    npm_config_cafile: resolve('company.pem'),
  });
});

it('passes on to services the authorities alone', () => {
  expect(Object.keys(trustVariables(env))).toEqual(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_DIR']);
});

it('passes on the proxies alone to reach issuers', () => {
  expect(proxyVariables(env)).toEqual({ HTTPS_PROXY: 'http://proxy.example:3128', no_proxy: '127.0.0.1' });
});
