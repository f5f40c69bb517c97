import type { AdapterResource } from '@mcp-gateway/common/contracts';

export type Precondition = (current: Pick<AdapterResource, 'id' | 'generation'>) => boolean;

/** A strong validator (RFC 9110 §8.8.3): changes with the spec, and with every new adapter of the name. */
export const etagOf = ({ id, generation }: Pick<AdapterResource, 'id' | 'generation'>): string =>
  `"${id.slice(0, 8)}-${generation}"`;

/** RFC 9110 §13.1.1: what an If-Match header asks for. Without one, anything will do. */
export function matches(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined || ifMatch.trim() === '*') return () => true;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  return (current) => wanted.includes(etagOf(current));
}
