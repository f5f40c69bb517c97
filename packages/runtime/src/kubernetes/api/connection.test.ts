import { describe, expect, it } from '@jest/globals';
import { connect, connectionWith } from './connection.js';
import type { Credentials } from './credentials.js';

type Presented = Awaited<ReturnType<Credentials['current']>>;
const first: Presented = { headers: { authorization: 'Bearer a' }, tls: { cert: 'first' } };

/** The connections for identities that present this, in turn. */
async function used(...presented: Presented[]) {
  const { access, close } = connectionWith({
    server: 'https://kube',
    current: async () => presented.shift() as Presented,
  });
  const found = [];
  for (let left = presented.length; left > 0; left -= 1) found.push(await access());
  return { found, close };
}

describe('a connection to the API server', () => {
  it('is kept when the token is renewed', async () => {
    const renewed = { ...first, headers: { authorization: 'Bearer b' } };
    const { found } = await used(first, renewed);
    expect(found.map(({ server, headers }) => ({ server, headers }))).toEqual([
      { server: 'https://kube', headers: first.headers },
      { server: 'https://kube', headers: renewed.headers },
    ]);
    expect(found[1]?.dispatcher).toBe(found[0]?.dispatcher);
  });

  it('is replaced once when the certificate is renewed', async () => {
    const renewed = { ...first, tls: { cert: 'second' } };
    const { found, close } = await used(first, renewed, renewed);
    const [before, after, later] = found.map(
      ({ dispatcher }) => dispatcher as { closed?: boolean; destroyed?: boolean },
    );
    expect(after).not.toBe(before);
    expect(later).toBe(after);
    expect([before?.closed, after?.closed]).toEqual([true, false]);
    await close();
    expect(after?.destroyed).toBe(true);
  });

  it('needs credentials', async () => {
    await expect(connect({ kubeconfig: undefined, apiServer: undefined })).rejects.toThrow(
      'KUBECONFIG is required outside of a cluster',
    );
  });
});
