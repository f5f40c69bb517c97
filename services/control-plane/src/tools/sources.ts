import { apiPath, type OpenApiSource, type ToolSource, type ToolSpec } from '@mcp-gateway/common/contracts';
import { GatewayError, invalidField } from '@mcp-gateway/common/errors';
import { chosenPart, compileOperations, DocumentFault } from '@mcp-gateway/openapi';
import type { Requester } from '../http/request.js';

/**
 * The source as it is stored: of an OpenAPI document, the part that the chosen operations need.
 * @param findAdapter throws GatewayError ADAPTER_NOT_FOUND, also for an adapter that the caller may not use
 * @throws GatewayError INVALID_REQUEST for an adapter that the caller may not use, and for operations that cannot become tools
 */
export async function preparedSource(
  by: Requester,
  spec: ToolSpec,
  findAdapter: (by: Requester, name: string) => Promise<unknown>,
): Promise<ToolSource> {
  const { source } = spec;
  if (source.type === 'adapter') {
    // What is judged is the tool, so the decision on the adapter is not noted.
    await findAdapter({ ...by, judged: {} }, source.adapter).catch(refuseAdapter);
    return source;
  }
  if (source.type !== 'openapi') return source;
  return preparedDocument(source, apiPath(spec)).catch((error: unknown) => {
    throw error instanceof DocumentFault ? invalidField(pointerOf(error.field, error.path), error.message) : error;
  });
}

function refuseAdapter(error: unknown): never {
  if (!(error instanceof GatewayError) || error.code !== 'ADAPTER_NOT_FOUND') throw error;
  throw invalidField('#/source/adapter', 'is no adapter that you may use; GET /adapters lists those that you may');
}

/** Of a document at a URL, the worker reads what the operations need. */
async function preparedDocument(source: OpenApiSource, path: string | undefined): Promise<OpenApiSource> {
  const { document, operations } = source;
  if (!document) return source;
  const prepared = { ...source, document: chosenPart(document, operations) };
  await compileOperations({ ...prepared, path });
  return prepared;
}

/** RFC 6901 §3, as a URI fragment. */
const pointerOf = (field: DocumentFault['field'], path: readonly string[]): string =>
  `#/${['source', field, ...path].map((part) => encodeURI(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
