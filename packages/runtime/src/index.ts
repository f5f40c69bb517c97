export {
  ABSENT,
  desiredReplicas,
  type Observation,
  type ObservedReplica,
  type Runtime,
  type WatchListener,
} from './runtime.js';
export { revisionOf, Workload } from './workload.js';
