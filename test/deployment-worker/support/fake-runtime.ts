import { ABSENT, revisionOf, type Runtime, type WatchListener, type Workload } from '@mcp-gateway/runtime';

interface Running {
  workload: Workload;
  ready: boolean;
  removing: boolean;
}

/** A runtime in memory with one replica for each workload. Replicas start and end only when `pass` is called. */
export class FakeRuntime implements Runtime {
  readonly running = new Map<string, Running>();
  watcher: WatchListener | undefined;
  watching: AbortSignal | undefined;

  observe: Runtime['observe'] = async ({ name }) => {
    const found = this.running.get(name);
    if (!found) return ABSENT;
    const { workload, ready, removing } = found;
    const revision = revisionOf(workload);
    const endpoint = removing ? null : { id: `${name}-0.${revision}`, url: 'http://127.0.0.1:9000', ready };
    const state = removing ? 'Stopping' : ready ? 'Ready' : 'Starting';
    const process = { restartCount: 0, lastExitCode: null, startedAt: null, message: null };
    return {
      ...ABSENT,
      exists: true,
      removing,
      resourceId: workload.resourceId,
      revision,
      inSync: true,
      desiredReplicas: workload.replicas,
      replicas: [{ name: `${name}-0`, instance: 0, revision, state, endpoint, ...process }],
    };
  };

  apply: Runtime['apply'] = async ({ workload }) => {
    const found = this.running.get(workload.name);
    const isSame = found && !found.removing && revisionOf(found.workload) === revisionOf(workload);
    this.running.set(workload.name, { workload, ready: isSame ? found.ready : false, removing: false });
  };

  remove: Runtime['remove'] = async ({ name }) => {
    const found = this.running.get(name);
    if (found) found.removing = true;
  };

  list: Runtime['list'] = async () =>
    [...this.running.values()].map(({ workload: { kind, name } }) => ({ kind, name }));

  watch: Runtime['watch'] = (listener, signal) => {
    this.watcher = listener;
    this.watching = signal;
  };

  /** Time passes: a starting replica becomes ready, an ending one disappears. */
  pass(): void {
    for (const [name, found] of this.running) {
      if (found.removing) this.running.delete(name);
      else found.ready = true;
    }
  }
}
