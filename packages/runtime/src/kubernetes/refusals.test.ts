import { describe, expect, it } from '@jest/globals';
import { afterTest } from '../../../../test/support/clean-up.js';
import { eventually } from '../../test/wait.js';
import { Refusals } from './refusals.js';

const FAILURE = { reason: 'NameTaken', message: 'There is one.' };

function refusals(retryMs: number) {
  const retried: string[] = [];
  const all = new Refusals((adapter) => void retried.push(adapter), retryMs);
  afterTest(() => all.close());
  return { all, retried };
}

describe('a refusal', () => {
  it('is tried again after a while, once, and says why until then', async () => {
    const { all, retried } = refusals(10);
    all.set('echo', FAILURE);
    expect(all.get('echo')).toEqual(FAILURE);
    await eventually(() => expect(retried).toEqual(['echo']));
    expect(all.get('echo')).toBeNull();
  });

  it('that is over is not tried again', async () => {
    const { all, retried } = refusals(10);
    all.set('echo', FAILURE);
    all.set('other', FAILURE);
    all.clear('echo');
    expect(all.get('echo')).toBeNull();
    await eventually(() => expect(retried).toEqual(['other']));
  });
});
