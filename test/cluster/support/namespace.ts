import { randomBytes } from 'node:crypto';
import { beforeAll } from '@jest/globals';
import { afterTests } from '../../support/after-tests.js';
import { kubectl, kubectlIn } from './kubectl.js';

export type SecurityLevel = 'privileged' | 'baseline' | 'restricted';

/**
 * A namespace of its own for a test file, which is removed with the tests. It refuses pods that violate the Pod
 * Security level.
 */
export function freshNamespace(level: SecurityLevel = 'restricted') {
  const name = `test-${randomBytes(4).toString('hex')}`;
  beforeAll(async () => {
    await kubectl('create', 'namespace', name);
    afterTests(() => kubectl('delete', 'namespace', name, '--wait=false'));
    await kubectl('label', 'namespace', name, `pod-security.kubernetes.io/enforce=${level}`);
    await kubectl('wait', 'serviceaccount/default', '--namespace', name, '--for=create', '--timeout=30s');
  });
  return { name, ...kubectlIn(name) };
}
