export {
  ABSENT,
  desiredReplicas,
  type Observation,
  type ObservedReplica,
  type Runtime,
  type WatchListener,
} from './runtime.js';
export { desiredWorkload, revisionOf, Workload, type DesiredWorkload } from './workload.js';
