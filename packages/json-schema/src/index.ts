export { costOf, isTooDeep, type SchemaCost, sizeOf } from './cost.js';
export { linearPattern, type PatternWork, TooMuchWork } from './patterns.js';
export { schemaFault } from './schema-faults.js';
export { uncheckedPart } from './unchecked.js';
