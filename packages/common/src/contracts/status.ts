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
    type: z.enum(['Ready', 'Progressing', 'HealthCheck']).meta({ description: 'What the condition is about.' }),
    status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Whether it is the case.' }),
    reason: z.string().meta({ description: 'One CamelCase word for programs.' }),
    message: z.string().meta({ description: 'A sentence for people: what is the case and what to do.' }),
    lastTransitionTime: z.iso.datetime().meta({ description: 'When `status` last changed.' }),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const ReplicaStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the replica.' }),
    instance: z.int().meta({ description: 'Ordinal, as in /logs?instance=.' }),
    state: z
      .enum(['Starting', 'Ready', 'NotReady', 'BackOff', 'Stopping'])
      .meta({ description: '`BackOff`: it keeps crashing and waits for its next start.' }),
    ready: z.boolean().meta({ description: 'Gets requests.' }),
    updated: z.boolean().meta({ description: 'Runs the current spec.' }),
    restartCount: z.int().meta({ description: 'How often its process was started again.' }),
    lastExitCode: z.int().nullable().meta({ description: '128 + signal number when a signal ended it.' }),
    startedAt: z.iso.datetime().nullable().meta({ description: 'When its process was last started.' }),
    message: z.string().nullable().meta({ description: 'What is wrong with it and what to do, for people.' }),
  })
  .meta({ id: 'ReplicaStatus' });
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

export const AdapterStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the adapter.' }),
    phase: Phase,
    generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
    observedGeneration: z.int().meta({ description: 'Below `generation` until a change has been acted on.' }),
    desiredReplicas: z.int().meta({ description: '`replicaCount` of the spec.' }),
    readyReplicas: z.int().meta({ description: 'Replicas that get requests.' }),
    updatedReplicas: z.int().meta({ description: 'Replicas that run the current spec.' }),
    availableReplicas: z.int().meta({ description: 'The same as `readyReplicas`.' }),
    image: z.string().meta({ description: 'Image of the spec, without the registry.' }),
    replicaStatus: z.string().meta({ description: 'One sentence.' }),
    conditions: z.array(Condition).meta({ description: 'Facts about the adapter.' }),
    replicas: z.array(ReplicaStatus).meta({ description: 'What was last seen of each replica.' }),
  })
  .meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;
