import { randomBytes } from 'node:crypto';
import { beforeAll } from '@jest/globals';
import { afterTests } from '../../support/after-tests.js';
import { kubectl, kubectlIn } from './kubectl.js';

export type SecurityLevel = 'privileged' | 'baseline' | 'restricted';

/**
 * A namespace for the tests of a file, gone with them, with a name that no other has. Pods that do not meet the Pod
 * Security level are refused.
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
