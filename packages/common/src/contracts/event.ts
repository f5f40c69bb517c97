import { z } from 'zod';
import { Phase, ResourceKind } from './resource.js';

/** What has changed, as GET /events tells one caller. Deleted also means: the caller may not read it any more. */
export const ChangeEvent = z
  .strictObject({
    type: z.enum(['created', 'updated', 'status', 'deleted']).meta({
      description:
        'created: it exists, or you may read it from now on. updated: its spec has changed. status: what the worker has ' +
        'observed of it has changed. deleted: it is gone, or you may not read it any more.',
    }),
    kind: z.enum([...ResourceKind.options, 'tenant', 'quota']).meta({
      description: 'Kind of the resource; `tenant` or, for the limits of a tenant, `quota`.',
    }),
    name: z.string().meta({ description: 'Name of the resource; id of the tenant.' }),
    id: z.uuid().optional().meta({ description: 'Differs between a resource and a later one of the same name.' }),
    generation: z.int().optional().meta({ description: 'Generation of the resource after the change.' }),
    phase: Phase.optional(),
    time: z.iso.datetime().meta({ description: 'When it changed.' }),
  })
  .meta({ id: 'ChangeEvent' });
export type ChangeEvent = z.infer<typeof ChangeEvent>;
