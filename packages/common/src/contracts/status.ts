import { z } from 'zod';

export const Phase = z.enum(['Pending', 'Progressing', 'Ready', 'Degraded', 'Failed', 'Stopped']).meta({
  id: 'Phase',
  description:
    'Pending: accepted; the worker has not acted on it yet. Progressing: replicas are starting or being replaced. Ready: all replicas ' +
    'answer. Degraded: some do. Failed: none does, or the server cannot start. Stopped: the spec asks for zero replicas.',
});
export type Phase = z.infer<typeof Phase>;

/** A fact about the adapter, in the form of a Kubernetes condition. */
export const Condition = z
  .strictObject({
    type: z
      .enum(['Ready', 'Progressing', 'HealthCheck'])
      .meta({ description: 'The aspect that the condition describes.' }),
    status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Whether the condition holds.' }),
    reason: z.string().meta({ description: 'One CamelCase word for programs.' }),
    message: z.string().meta({ description: 'A sentence for people: what happens and what to do.' }),
    lastTransitionTime: z.iso.datetime().meta({ description: 'When `status` last changed.' }),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const ReplicaStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the replica.' }),
    instance: z.int().meta({ description: 'Ordinal of the replica, as in /logs?instance=.' }),
    state: z
      .enum(['Starting', 'Ready', 'NotReady', 'BackOff', 'Stopping'])
      .meta({ description: '`BackOff`: the replica keeps crashing and waits for its next start.' }),
    ready: z.boolean().meta({ description: 'Whether the replica gets requests.' }),
    updated: z.boolean().meta({ description: 'Whether the replica runs the current spec.' }),
    restartCount: z.int().meta({ description: 'How often its process was restarted.' }),
    lastExitCode: z
      .int()
      .nullable()
      .meta({ description: 'Exit code of its last process: 128 + signal number when a signal ended it.' }),
    startedAt: z.iso.datetime().nullable().meta({ description: 'When its process was last started.' }),
    message: z.string().nullable().meta({ description: 'What is wrong with the replica and what to do, for people.' }),
  })
  .meta({ id: 'ReplicaStatus' });
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

export const AdapterStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the adapter.' }),
    phase: Phase,
    generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
    observedGeneration: z.int().meta({
      description: 'The last generation that the worker has acted on; below `generation` while a change waits.',
    }),
    desiredReplicas: z.int().meta({ description: '`replicaCount` of the spec.' }),
    readyReplicas: z.int().meta({ description: 'Replicas that get requests.' }),
    updatedReplicas: z.int().meta({ description: 'Replicas that run the current spec.' }),
    availableReplicas: z.int().meta({ description: 'The same as `readyReplicas`.' }),
    image: z.string().meta({ description: 'Image of the spec, without the registry.' }),
    replicaStatus: z.string().meta({ description: 'One sentence about the replicas.' }),
    conditions: z.array(Condition).meta({ description: 'Facts about the adapter.' }),
    replicas: z.array(ReplicaStatus).meta({ description: 'The replicas as the worker last saw them.' }),
  })
  .meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;
