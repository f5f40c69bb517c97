export { controlPlaneAgent, controlPlaneTlsFields, followControlPlaneTls, tlsOf } from './control-plane-agent.js';
export { type BrokerClient, brokerClient } from './broker-client.js';
export { type CredentialCache, credentialCache, type CredentialUse } from './credential-cache.js';
