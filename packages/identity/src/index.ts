export { developmentSignIn, developmentVerifier } from './development.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
export { jsonFetcher } from './oidc/fetch-json.js';
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
