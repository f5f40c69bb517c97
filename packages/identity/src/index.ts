export { developmentSignIn, developmentVerifier } from './development.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
export { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';
export { oidcVerifier } from './oidc/verifier.js';
export type { SignInRequest, Verifier } from './verifier.js';
export { issuersOf, signInFault, signInFields } from './config.js';
