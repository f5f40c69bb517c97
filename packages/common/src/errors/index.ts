export { catalogue, type ErrorCode } from './catalogue.js';
export { GatewayError, type FieldError } from './gateway-error.js';
export { closestMatch } from './closest-match.js';
export { invalidRequest, problemOf } from './problem.js';
export { unreachable } from './unreachable.js';
