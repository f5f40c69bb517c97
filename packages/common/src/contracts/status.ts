import { z } from 'zod';

export const Phase = z.enum(['Pending', 'Progressing', 'Ready', 'Degraded', 'Failed', 'Stopped']).meta({
  id: 'Phase',
  description:
    'Pending: accepted, not acted on yet. Progressing: replicas are starting or being replaced. Ready: all replicas ' +
    'answer. Degraded: some do. Failed: none does, or the server cannot be started. Stopped: zero replicas asked for.',
});
export type Phase = z.infer<typeof Phase>;

/** A fact about the adapter, in the form of a Kubernetes condition. */
export const Condition = z
  .strictObject({
    type: z.enum(['Ready', 'Progressing', 'HealthCheck']),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string().meta({ description: 'One CamelCase word for programs.' }),
    message: z.string().meta({ description: 'A sentence for people: what is the case and what to do.' }),
    lastTransitionTime: z.iso.datetime(),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const ReplicaStatus = z
  .strictObject({
    name: z.string(),
    instance: z.int().meta({ description: 'Ordinal, as in /logs?instance=.' }),
    state: z.enum(['Starting', 'Ready', 'NotReady', 'BackOff', 'Stopping']),
    ready: z.boolean(),
    updated: z.boolean().meta({ description: 'Runs the current spec.' }),
    restartCount: z.int(),
    lastExitCode: z.int().nullable().meta({ description: '128 + signal number when a signal ended it.' }),
    startedAt: z.iso.datetime().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'ReplicaStatus' });
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

export const AdapterStatus = z
  .strictObject({
    name: z.string(),
    phase: Phase,
    generation: z.int(),
    observedGeneration: z.int().meta({ description: 'Below `generation` until a change has been acted on.' }),
    desiredReplicas: z.int(),
    readyReplicas: z.int(),
    updatedReplicas: z.int(),
    availableReplicas: z.int(),
    image: z.string(),
    replicaStatus: z.string().meta({ description: 'One sentence.' }),
    conditions: z.array(Condition),
    replicas: z.array(ReplicaStatus),
  })
  .meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;
