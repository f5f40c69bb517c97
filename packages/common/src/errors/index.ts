export { catalogue, type ErrorCode } from './catalogue.js';
export { GatewayError, type FieldError, type GatewayErrorOptions } from './gateway-error.js';
export { closestMatch } from './closest-match.js';
export {
  adapterNotFound,
  forbidden,
  gatewayStarting,
  invalidField,
  malformedRequest,
  methodNotAllowed,
  notFound,
  replicaOfSessionGone,
  sessionNotFound,
  toGatewayError,
  tooLarge,
  unavailable,
  unreachable,
  unsupportedMediaType,
  upstreamGone,
  upstreamInvalid,
  upstreamRefused,
} from './named-errors.js';
export { invalidRequest, problemOf } from './problem.js';
