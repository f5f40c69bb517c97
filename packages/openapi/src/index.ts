export { compileOperations, type CompiledOperation } from './compile.js';
export { DocumentFault } from './document.js';
export { parseDocument } from './parse.js';
export { chosenPart } from './prune.js';
