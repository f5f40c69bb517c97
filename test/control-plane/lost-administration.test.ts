import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../data-plane/support/gateway.js';
import { startReplica } from '../data-plane/support/replica.js';
import { begin, message, openStream } from '../data-plane/support/rpc.js';
import { routeTo } from '../data-plane/support/upstream.js';
import { open } from '../support/http.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { caller, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const ANN = { 'x-dev-userid': 'ann', 'x-dev-roles': 'acme.admin' };
const BEA = { 'x-dev-userid': 'bea', 'x-dev-roles': 'none' };
const ACME = { id: 'acme', members: { subjects: ['mia'] }, admins: { subjects: ['bea'], roles: ['Acme.Admin'] } };

/** Resolves when the stream has ended, however. */
const over = (stream: IncomingMessage) =>
  new Promise<void>(
    (resolve) =>
      void stream
        .once('close', resolve)
        .on('error', () => {})
        .resume(),
  );

describe('an administrator of a tenant whom a change over the API takes the administration', () => {
  let plane: ControlPlane;
  let gateway: Gateway;
  let root: Caller;
  beforeEach(async () => {
    const prefix = freshPrefix();
    plane = await startControlPlane({ quotas: { redis: await connectRedis(), prefix }, logCheckMs: 20 });
    const server = await startReplica({ events: true });
    const access = { createdBy: 'mia', tenant: 'acme', requiredRoles: [] };
    gateway = await startGateway({ routes: [routeTo(server.endpoint, access)], controlPlane: plane.url }, prefix);
    root = caller(gateway.url, 'root', 'mcp.admin');
    await root.call('POST', '/tenants', ACME);
    await caller(gateway.url, 'mia').post(specOf('echo'));
    await waitFor('the tenant to arrive', () => gateway.tenants.all().length > 0);
  });
  const change = async (admins: object) =>
    expect((await root.call('PUT', '/tenants/acme', { ...ACME, admins })).status).toBe(200);

  const statusOf = async (session: string, headers: object) => {
    const body = message('tools/call', { name: 'who' });
    const answer = await open(`${gateway.url}/adapters/echo/mcp`, {
      body,
      headers: { ...headers, 'Mcp-Session-Id': session },
    });
    return answer.resume().statusCode;
  };

  it('loses its open streams and its session, and others lose nothing', async () => {
    const sessions = [await begin(gateway.url, ANN), await begin(gateway.url, BEA)] as const;
    const streams = [
      await openStream(gateway.url, sessions[0], ANN),
      await openStream(gateway.url, sessions[1], BEA),
    ] as const;
    let isBeaOver = false;
    void over(streams[1]).then(() => (isBeaOver = true));
    await change({ subjects: ['bea'] });
    await over(streams[0]);
    expect(await statusOf(sessions[0], ANN)).toBe(404);
    expect(await statusOf(sessions[1], BEA)).toBe(200);
    expect(isBeaOver).toBe(false);
    await change({});
    await waitFor('the other stream to end', () => isBeaOver);
  });

  it('loses the logs that it follows', async () => {
    const folder = join(plane.logs, `adapter.echo.${(await plane.rows.find('echo'))?.id}`);
    await mkdir(folder);
    await writeFile(join(folder, '0.log'), 'ready\n');
    const logs = await open(`${plane.url}/adapters/echo/logs?follow=true`, { method: 'GET', headers: ANN });
    expect(logs.statusCode).toBe(200);
    const end = over(logs);
    await change({ subjects: ['bea'] });
    await end;
  });
});
