import { expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { ADAPTER_1 } from './support/upstream.js';
import { sessionRecords } from '@mcp-gateway/sessions';
import { waitFor } from '../support/wait.js';
import { startGateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

it('the next data plane that starts terminates the sessions that ended while none was running', async () => {
  const server = await startReplica();
  const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
  const records = sessionRecords(gateway.redis, gateway.prefix);
  const { used } = records.keys;
  gateway.sessions.close(); // it receives no more changes, as if it had ended
  for (let started = 1; started <= 4; started++) {
    await begin(gateway.url);
    const [id = ''] = await gateway.redis.zRange(used(ADAPTER_1), 0, -1);
    const ref = { id, ...ADAPTER_1, caller: 'alice' };
    await records.close(ref, adapterRef('echo'), { now: 1, keepSeconds: 60, tellServer: true });
    const next = await gateway.join();
    await waitFor(
      'the session termination',
      () => server.received.filter(({ method }) => method === 'DELETE').length === started,
    );
    next.sessions.close();
  }
  expect(server.sessions.size).toBe(0);
});
