import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Observation } from '../../runtime.js';
import type { DesiredWorkload, Workload } from '../../workload.js';
import { Replica, type ReplicaContext } from '../replica/replica.js';

interface Slot {
  serving: Replica;
  /** The replica that replaces the serving one as soon as it is ready. */
  successor?: Replica;
}

/** Converges the replicas of one workload to the desired number and revision, and replaces them one at a time. */
export class ManagedWorkload {
  #workload: Workload;
  #revision: string;
  #removing = false;
  readonly #slots: Slot[] = [];
  readonly #leaving = new Set<Replica>();

  constructor(
    { workload, revision }: DesiredWorkload,
    private readonly context: ReplicaContext & { drainMs: number },
    private readonly onChange: () => void,
  ) {
    this.#workload = workload;
    this.#revision = revision;
    this.#converge();
  }

  get ref(): ResourceRef {
    const { kind, name } = this.#workload;
    return { kind, name };
  }

  apply({ workload, revision }: DesiredWorkload) {
    this.#removing = false;
    this.#workload = workload;
    this.#revision = revision;
    this.#converge();
  }

  /** Ends every replica without a drain: the worker has withdrawn the route. Resolves to false when an apply came in between. */
  async remove(): Promise<boolean> {
    this.#removing = true;
    for (const slot of this.#slots.splice(0)) this.#retire(slot);
    this.onChange();
    await Promise.all([...this.#leaving].map((replica) => replica.stop(0)));
    return this.#removing;
  }

  observe(): Observation {
    const current = this.#slots.flatMap(({ serving, successor }) => [serving, ...(successor ? [successor] : [])]);
    const replicas = [...current, ...this.#leaving];
    return {
      exists: true,
      removing: this.#removing,
      resourceId: this.#workload.resourceId,
      revision: this.#revision,
      inSync: true,
      desiredReplicas: this.#workload.replicas,
      autoscaled: false,
      replicas: replicas.map((replica) => replica.observe()),
      failure: current.find(({ failure }) => failure)?.failure ?? null,
      healthNote: current.find((each) => each.healthNote && each.revision === this.#revision)?.healthNote ?? null,
    };
  }

  #converge() {
    if (this.#removing) return;
    for (const slot of this.#slots.splice(this.#workload.replicas)) this.#retire(slot);
    while (this.#slots.length < this.#workload.replicas) {
      this.#slots.push({ serving: this.#create(this.#slots.length) });
    }
    this.#replaceOutdated();
    this.onChange();
  }

  #replaceOutdated() {
    let inProgress = false;
    for (const [instance, slot] of this.#slots.entries()) {
      if (slot.successor && slot.successor.revision !== this.#revision) {
        this.#leave(slot.successor);
        delete slot.successor;
      }
      if (slot.serving.revision === this.#revision) {
        if (slot.successor) this.#leave(slot.successor);
        delete slot.successor;
      } else if (!slot.serving.ready) {
        // The replica serves no sessions, so it need not stay.
        this.#leave(slot.serving);
        slot.serving = slot.successor ?? this.#create(instance);
        delete slot.successor;
      } else if (!inProgress) {
        slot.successor ??= this.#create(instance);
        inProgress = true;
      }
    }
  }

  #create(instance: number): Replica {
    const replica: Replica = new Replica(this.#workload, this.#revision, instance, this.context, () =>
      this.#replicaChanged(replica),
    );
    return replica;
  }

  #replicaChanged(replica: Replica) {
    const slot = this.#slots[replica.instance];
    if (slot?.successor === replica && replica.ready) {
      this.#leave(slot.serving);
      slot.serving = replica;
      delete slot.successor;
      this.#converge();
    } else {
      this.onChange();
    }
  }

  #retire({ serving, successor }: Slot) {
    this.#leave(serving);
    if (successor) this.#leave(successor);
  }

  #leave(replica: Replica) {
    this.#leaving.add(replica);
    void replica.stop(this.#removing ? 0 : this.context.drainMs).then(() => {
      this.#leaving.delete(replica);
      this.onChange();
    });
  }
}
