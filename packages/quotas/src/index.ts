export { type WithoutRedis } from './counter.js';
export { quotaKeys, quotaLedger, type QuotaLedger } from './ledger.js';
export { placing, type Placement, withTenant } from './membership.js';
export { followTenants, tenantPublisher, type TenantPublisher, type TenantTable } from './published-tenants.js';
export { followQuotas, type QuotaParts, type Quotas } from './quotas.js';
export type { Admission, QuotaRefusal, Scope } from './scope.js';
export type { Call, TenantQuota } from './tenant-quota.js';
