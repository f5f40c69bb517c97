export { errorCatalogue, type ErrorCode } from './catalogue.js';
export { closestMatch, misspelt } from './closest-match.js';
export {
  adapterNotFound,
  forbidden,
  GatewayError,
  gatewayStarting,
  invalidField,
  malformedRequest,
  methodNotAllowed,
  notFound,
  replicaOfSessionGone,
  RESOURCE_NOT_FOUND,
  resourceNotFound,
  sessionNotFound,
  toGatewayError,
  tooLarge,
  unavailable,
  unreachable,
  unsupportedMediaType,
  upstreamGone,
  upstreamInvalid,
  upstreamRefused,
  type FieldError,
  type GatewayErrorOptions,
} from './gateway-error.js';
export { invalidRequest, Problem, problemOf } from './problem.js';
