export { compileOperations, type CompiledOperation } from './compile.js';
export { DocumentFault } from './document.js';
export { chosenPart } from './prune.js';
