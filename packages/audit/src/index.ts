export { recordedArguments, recordsArguments } from './arguments.js';
export { auditText, recordText, sharedPart } from './record.js';
export { auditStream, type AuditStream, type StreamedRecord } from './stream.js';
export { auditTrail, type AuditTrail, type AuditTrailParts } from './trail.js';
export { openTrail } from './open.js';
