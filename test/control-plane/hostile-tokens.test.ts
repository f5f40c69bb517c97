import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { attacksOn, bearer } from '../support/hostile-tokens.js';
import { send } from '../support/http.js';
import { SIGN_IN_MODES, type StandIn } from '../support/sign-in-modes.js';
import { startControlPlane } from './support/control-plane.js';

const standIns = new Map<string, StandIn>();
beforeAll(async () => {
  for (const { name, start } of SIGN_IN_MODES) standIns.set(name, await start());
});
afterAll(() => Promise.all([...standIns.values()].map((each) => each.stop())));

it.each(SIGN_IN_MODES.map(({ name }) => name))(
  'the management API refuses what no MCP URL accepts, with %s',
  async (mode) => {
    const standIn = standIns.get(mode) as StandIn;
    const { url } = await startControlPlane({ verifier: standIn.verifier() });
    const status = async (options: object, query = '') =>
      (await send(`${url}/adapters${query}`, { ...options, method: 'GET' })).status;
    expect(await status(bearer(await standIn.credential()))).toBe(200);
    // The data plane, which stands before this API, refuses two headers for every URL.
    const attacks = attacksOn(standIn).filter(({ name }) => name !== 'two headers');
    const seen = [];
    for (const { name, request } of attacks) {
      const { query, ...options } = await request(standIn);
      seen.push([name, await status(options, query)]);
    }
    expect(seen).toEqual(attacks.map(({ name, status: expected }) => [name, expected]));
  },
);
