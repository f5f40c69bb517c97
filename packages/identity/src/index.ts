export { developmentSignIn, developmentVerifier } from './development.js';
export { clientAddressBy, clientOf, trustIn } from './client-address.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
export { PRINCIPAL_HEADER, principalReader, sealPrincipal } from './forwarded-principal.js';
export { type IsOwnService, ownServices } from './own-services.js';
export { jsonFetcher } from './oidc/fetch-json.js';
export { type AssumedMessage, verdictOf } from './policy/explain.js';
export {
  compilePolicies,
  policyBudget,
  policyFaults,
  type Denial,
  type Policies,
  type PolicyRequest,
} from './policy/policies.js';
export type { SignInRequest, Verifier } from './verifier.js';
export {
  type AuthorizationServer,
  authorizationServersOf,
  followSignIn,
  introspectedTokensOf,
  type SignIn,
  signInFault,
  signInFields,
  signInOf,
  signInsOf,
  tokenVerifier,
} from './config.js';
export type { IntrospectedTokens } from './oidc/introspection/tokens.js';
export { apiKeyIn, createApiKey, unknownKey, type PresentedKey } from './api-keys/api-key.js';
export {
  type ApiKeyPublisher,
  apiKeyPublisher,
  type ApiKeySource,
  keepApiKeysPublished,
} from './api-keys/publisher.js';
export { type ApiKey, type Peppers, principalOfKey } from './api-keys/sealed-key.js';
export { apiKeyFields, followPeppers } from './api-keys/settings.js';
export { type ApiKeyTable, followApiKeys } from './api-keys/table.js';
export { type ApiKeys, apiKeyVerifier } from './api-keys/verifier.js';
