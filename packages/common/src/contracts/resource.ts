import { z } from 'zod';

/** The kinds of resources that the API manages. Two resources of different kinds may have the same name. */
export const ResourceKind = z.enum(['adapter', 'tool']);
export type ResourceKind = z.infer<typeof ResourceKind>;

/** The name of a resource in every persisted format. */
export interface ResourceRef {
  kind: ResourceKind;
  name: string;
}

export const adapterRef = (name: string): ResourceRef => ({ kind: 'adapter', name });

/** `adapter/echo`: one string for a queue, a hash, an index. Names contain no slash. */
export const resourceKey = ({ kind, name }: ResourceRef): string => `${kind}/${name}`;
