import { ToolPath } from '@mcp-gateway/common/contracts';
import { DocumentFault, isObject, type JsonObject, own, ownObject, ownText } from './document.js';
import type { Operation } from './operations.js';

/**
 * The path before the paths of the document: that of the first server (OpenAPI 3.1 §4.8.5), without the last slash. Its host counts for
 * nothing: a call goes to the replicas of the tool.
 * @param configured the path of the source, which comes first
 * @throws DocumentFault for a server whose URL has no plain path
 */
export function serverPath(document: JsonObject, { operation, item }: Operation, configured?: string): string {
  if (configured !== undefined) return withoutLastSlash(configured);
  const [server] = [operation, item, document].flatMap((each) => {
    const servers = own(each, 'servers');
    return Array.isArray(servers) ? servers.slice(0, 1) : [];
  });
  if (!isObject(server)) return '';
  const url = (ownText(server, 'url') ?? '').replace(/\{([^{}]*)\}/g, (_, name: string) => {
    return ownText(own(ownObject(server, 'variables'), name), 'default') ?? '';
  });
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i, '');
  if (path === '') return '';
  if (ToolPath.safeParse(path).success) return withoutLastSlash(path);
  const message = 'must end with a plain path without query, such as /api/v3; or set source.path';
  throw new DocumentFault('document', ['servers', '0', 'url'], message);
}

const withoutLastSlash = (path: string): string => path.replace(/\/$/, '');
