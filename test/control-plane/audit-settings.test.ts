import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, type Caller } from './support/callers.js';
import { specOf, startControlPlane, toolsetOf } from './support/control-plane.js';

const audit = { arguments: { tools: ['add'], redact: ['iban', '/customer/name'] } };

describe('the field audit of an adapter', () => {
  let admin: Caller;
  let creator: Caller;
  beforeEach(async () => {
    const { url } = await startControlPlane();
    [admin, creator] = [caller(url, 'root', 'mcp.admin'), caller(url, 'alice')];
  });
  const refusal = (instead: string) => ({
    status: 403,
    json: { code: 'FORBIDDEN', detail: `to set, change or remove audit needs the role mcp.admin; ${instead}` },
  });
  const asNew = refusal('leave it out');
  const asChange = refusal('send the value that it has');

  it('is set, changed and removed by mcp.admin only, and kept by others', async () => {
    expect(await creator.post(specOf('echo', { audit }))).toMatchObject(asNew);
    await creator.post(specOf('echo'));
    expect(await creator.put('echo', specOf('echo', { audit }))).toMatchObject(asNew);
    expect((await admin.put('echo', specOf('echo', { audit }))).json).toMatchObject({ audit });
    expect(await creator.put('echo', specOf('echo'))).toMatchObject(asChange);
    const other = { arguments: { ...audit.arguments, redact: [] } };
    expect(await creator.put('echo', specOf('echo', { audit: other }))).toMatchObject(asChange);
    const scaled = await creator.put('echo', specOf('echo', { audit, replicaCount: 2 }));
    expect(scaled).toMatchObject({ status: 200, json: { audit, replicaCount: 2 } });
    expect((await admin.put('echo', specOf('echo'))).json).not.toHaveProperty('audit');
  });

  it('of a toolset is, too', async () => {
    const put = (by: Caller, changes: object) =>
      by.call('PUT', '/toolsets/team', { ...toolsetOf('team'), requiredRoles: [], ...changes });
    expect(await put(creator, { audit })).toMatchObject(asNew);
    await put(creator, {});
    expect((await put(admin, { audit })).json).toMatchObject({ audit, createdBy: 'alice' });
    expect(await put(creator, {})).toMatchObject(asChange);
    expect((await put(creator, { audit, search: true })).json).toMatchObject({ audit, search: true });
  });

  it.each([
    [{ tools: [] }, '#/audit/arguments/tools must name a tool, or "*" for all'],
    [
      { tools: ['a'], redact: ['/a~2'] },
      '#/audit/arguments/redact/0 must be a name, or a JSON pointer such as "/customer/iban"',
    ],
    [{ tools: ['a'], redact: [''] }, '#/audit/arguments/redact/0 must not be empty'],
  ])('is checked: %j', async (given, detail) => {
    expect((await admin.post(specOf('echo', { audit: { arguments: given } }))).json.detail).toContain(detail);
  });
});
