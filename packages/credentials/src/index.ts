export { type BrokerClient, brokerClient } from './broker-client.js';
export { type CredentialCache, credentialCache, type CredentialUse } from './credential-cache.js';
