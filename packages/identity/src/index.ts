export { developmentSignIn, developmentVerifier } from './development.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
export { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';
export { oidcVerifier } from './oidc/verifier.js';
export { compilePolicies, policyFaults, type Denial, type Policies, type PolicyRequest } from './policy/policies.js';
export type { SignInRequest, Verifier } from './verifier.js';
export { issuersOf, signInFault, signInFields } from './config.js';
