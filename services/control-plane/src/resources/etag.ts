import type { Representation, ResourceRequest } from './definition.js';

type State = Pick<Representation, 'id' | 'generation'>;
export type Precondition = (current: State) => boolean;

/** A strong validator (RFC 9110 §8.8.3): changes with the spec, and with every new resource of the name. */
export const etagOf = ({ id, generation }: State): string => `"${id.slice(0, 8)}-${generation}"`;

/** RFC 9110 §13.1.1: the condition in an If-Match header. Without the header, every state matches. */
export function matchesIfMatch(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined || ifMatch.trim() === '*') return () => true;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  return (current) => wanted.includes(etagOf(current));
}

/** A body that names an id or a generation says, as If-Match does, which state of the resource its sender has read. */
export const matchesBody =
  ({ id, generation }: ResourceRequest<unknown>['read']): Precondition =>
  (current) =>
    (id ?? current.id) === current.id && (generation ?? current.generation) === current.generation;
