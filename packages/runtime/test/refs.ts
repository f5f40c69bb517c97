import type { ResourceRef } from '@mcp-gateway/common/contracts';

export const adapter = (name: string): ResourceRef => ({ kind: 'adapter', name });
/** A resource of another kind, which may have the name of an adapter. */
export const tool = (name: string): ResourceRef => ({ kind: 'tool', name });
