import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { specOf, startControlPlane } from '../../control-plane/support/control-plane.js';
import type { TestIssuer } from '../../support/issuer.js';
import { temporaryFolder } from '../../support/postgres.js';
import { recordingLog } from '../../support/recording-log.js';
import { type DataPlaneOptions, startGateway } from './gateway.js';
import { routeTo } from './upstream.js';

export const INTERNAL_SECRET = 'a-secret-of-thirty-two-characters-1';

/** A control plane with one credential and an adapter that names it, and a data plane that routes the adapter. */
export async function gatewayWithCredential(
  issuer: TestIssuer,
  credential: object,
  replicas: Parameters<typeof routeTo>[0],
  more: DataPlaneOptions = {},
) {
  const folder = await temporaryFolder();
  const write = (changed: object) => writeFile(join(folder, 'backend.json'), JSON.stringify(changed));
  await write(credential);
  const { log, text } = recordingLog();
  const clock = { ms: 0 };
  const now = () => Date.now() + clock.ms;
  const credentials = { folder, secrets: () => [INTERNAL_SECRET] };
  const plane = await startControlPlane({ credentials, log, now: () => new Date(now()) });
  const upstreamAuth = { credential: 'backend', identityToken: false };
  const row = await plane.rows.create({ ...specOf('echo'), requiredRoles: [], upstreamAuth } as never, 'alice');
  const route = routeTo(replicas, { resourceId: row?.id ?? '', requiredRoles: ['team'], upstreamAuth });
  const gateway = await startGateway({
    routes: [route],
    issuers: [{ issuer: issuer.issuer, audiences: ['gateway'] }],
    controlPlane: plane.url,
    internalSecrets: () => [INTERNAL_SECRET],
    log,
    now,
    ...more,
  });
  return { gateway, plane, route, write, clock, log: text, mcp: `${gateway.url}/adapters/echo/mcp` };
}
