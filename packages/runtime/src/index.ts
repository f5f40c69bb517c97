export { ABSENT, type Observation, type ObservedReplica, type Runtime, type WatchListener } from './runtime.js';
export { desiredReplicas } from './desired-replicas.js';
export { revisionOf, Workload } from './workload.js';
