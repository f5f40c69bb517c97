import { chown } from 'node:fs/promises';
import { afterTests, folder } from '../../support/after-tests.js';
import { kubectl, kubectlIn } from '../../cluster/support/kubectl.js';

/**
 * A volume in a folder of this machine, for the one claim with a storage class of this name.
 * @param owner the user id of the process that writes into it
 */
export async function volume(name: string, owner: number): Promise<void> {
  const path = await folder();
  await chown(path, owner, owner);
  await kubectlIn('default').apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: name,
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path, type: 'Directory' },
    },
  });
  afterTests(() => kubectl('delete', 'persistentvolume', name, '--wait=false'));
}
