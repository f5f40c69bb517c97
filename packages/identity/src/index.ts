export { developmentSignIn, developmentVerifier } from './development.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
export { jsonFetcher } from './oidc/fetch-json.js';
export { compilePolicies, policyFaults, type Denial, type Policies, type PolicyRequest } from './policy/policies.js';
export type { SignInRequest, Verifier } from './verifier.js';
export {
  type AuthorizationServer,
  authorizationServersOf,
  type SignIn,
  signInFault,
  signInFields,
  signInOf,
  tokenVerifier,
} from './config.js';
