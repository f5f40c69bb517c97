export { catalogue, type ErrorCode } from './catalogue.js';
export { GatewayError, type FieldError } from './gateway-error.js';
export { nearest } from './nearest.js';
export { invalidRequest, problemOf } from './problem.js';
export { unreachable } from './unreachable.js';
