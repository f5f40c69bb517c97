import { waitFor } from '../../support/wait.js';
import { startGateway, type DataPlane, type DataPlaneOptions, type Gateway } from './gateway.js';
import { startReplica, type Replica } from './replica.js';
import { begin, whereIs } from './rpc.js';
import { routeTo } from './upstream.js';

export interface MovedSession {
  /** The data plane on which it was opened and relocated. */
  gateway: Gateway;
  /** A data plane that does not know it. */
  other: DataPlane;
  first: Replica;
  second: Replica;
  session: string;
}

/** A session that was relocated from the first replica, which has left the routes, to the second. */
export async function movedSession(options: DataPlaneOptions): Promise<MovedSession> {
  const [first, second] = [await startReplica(), await startReplica()];
  const gateway = await startGateway({ routes: [routeTo(first.endpoint)], ...options });
  const other = await gateway.join();
  const session = await begin(gateway.url);
  const changed = new Promise((resolve) => gateway.sessions.onChange(resolve));
  await gateway.publish(routeTo([{ ...first.endpoint, ready: false, draining: true }, second.endpoint]));
  await waitFor('the move', async () => (await whereIs(gateway.url, session)) === second.endpoint.id);
  await changed;
  await gateway.publish(routeTo([second.endpoint]));
  return { gateway, other, first, second, session };
}
