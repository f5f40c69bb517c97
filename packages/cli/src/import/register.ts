import { GatewayError, type GatewayClient, type Schemas } from '@mcp-gateway/client';
import type { ImportedKind, ImportedResource, ImportPlan } from './plan.js';

/** What has become of a resource. */
export type Registered = 'created' | 'replaced' | 'exists';

/** Tenants have the quotas of what follows, and a tool may need its adapter. */
const ORDER: readonly ImportedKind[] = ['tenant', 'adapter', 'tool', 'toolset'];

export const inOrder = ({ resources }: ImportPlan): ImportedResource[] =>
  resources.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));

/**
 * Registers a resource; one of the same name stays unless it is to be replaced.
 * @throws GatewayError
 */
export async function register(client: GatewayClient, each: ImportedResource, replace: boolean): Promise<Registered> {
  try {
    await create(client, each);
    return 'created';
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 409) throw error;
    if (!replace) return 'exists';
    await put(client, each);
    return 'replaced';
  }
}

/** The API checks bodies, and says what is wrong with each field. */
async function create(client: GatewayClient, { kind, spec }: ImportedResource): Promise<void> {
  const body = spec as never;
  switch (kind) {
    case 'adapter':
      return void (await client.call('createAdapter', { body }));
    case 'tool':
      return void (await client.call('createTool', { body }));
    case 'toolset':
      return void (await client.call('createToolset', { body }));
    case 'tenant': {
      const { quota, tenant } = tenantOf(spec);
      await client.call('createTenant', { body: tenant as never });
      if (quota) await client.call('replaceQuota', { path: { id: spec.name }, body: quota });
    }
  }
}

async function put(client: GatewayClient, { kind, spec }: ImportedResource): Promise<void> {
  const [body, path] = [spec as never, { name: spec.name }];
  switch (kind) {
    case 'adapter':
      return void (await client.call('replaceAdapter', { path, body }));
    case 'tool':
      return void (await client.call('replaceTool', { path, body }));
    case 'toolset':
      return void (await client.call('replaceToolset', { path, body }));
    case 'tenant': {
      const { quota, tenant } = tenantOf(spec);
      await client.call('replaceTenant', { path: { id: spec.name }, body: tenant as never });
      if (quota) await client.call('replaceQuota', { path: { id: spec.name }, body: quota });
    }
  }
}

/** The quota of a tenant is a resource of its own in the API, and a field of its document. */
function tenantOf({ name: _name, quota, ...tenant }: ImportedResource['spec']): {
  quota: Schemas['Quota'] | undefined;
  tenant: object;
} {
  return { quota: quota as Schemas['Quota'] | undefined, tenant };
}
