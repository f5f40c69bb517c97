import { runtimeContract } from '../../test/contract.js';
import { kubernetesRuntime, settingsFor, silent } from '../../test/kubernetes.js';

const OURS = { DATABASE_URL: 'postgresql://of-the-gateway', CANARY: 'of-the-gateway' };
Object.assign(process.env, OURS);

import { execFileSync } from 'node:child_process';
runtimeContract('kubernetes', async () => {
  const ns = `contract-${Date.now()}`;
  execFileSync('kubectl', ['create', 'ns', ns]); execFileSync('kubectl', ['label', 'ns', ns, 'pod-security.kubernetes.io/enforce=restricted']);
  const runtime = kubernetesRuntime(
    settingsFor(`${process.env['MCP_GATEWAY_TEST_CLUSTER']}/admin.kubeconfig`, ns),
    silent,
  );
  return { runtime, ours: OURS, close: () => runtime.close() };
});
