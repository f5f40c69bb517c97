export { recordedArguments, recordsArguments } from './arguments.js';
export { auditRecord, outcomeOf, type AuditFacts } from './record.js';
export { auditStream, type AuditStream, type StreamedRecord } from './stream.js';
export { auditTrail, type AuditTrail, type AuditTrailParts } from './trail.js';
export { openTrail } from './open.js';
