export { costOf, isTooDeep, type SchemaCost, sizeOf } from './cost.js';
export { schemaFault } from './schema-faults.js';
