export { Icon, Tag } from './about.js';
export { ArgumentAudit, AuditEntry, AuditOutcome, AuditRecord } from './audit.js';
export {
  AdapterBody,
  AdapterRequest,
  AdapterResource,
  AdapterSpec,
  AdapterStatus,
  representedSpec,
} from './adapter.js';
export { imageReference, SecretEnvironment } from './adapter-fields.js';
export { BRIDGE_VARIABLES, isBridge, misspeltBridgeVariable } from './bridge.js';
export { ApiKeyBody, ApiKeyCreated, ApiKeyRequest, ApiKeyResource } from './api-key.js';
export {
  CertificateRequest,
  CredentialName,
  CredentialRequest,
  IssuedCertificates,
  IssuedCredential,
  ServerTls,
  UpstreamAuth,
} from './credential.js';
export {
  ApprovalBody,
  ApprovedDefinition,
  DEFINITION_BOUNDS,
  DefinitionChanges,
  type DefinitionChange,
  definitionKey,
  type DefinitionKind,
  DefinitionReport,
  type Difference,
  PublishedLock,
  RecordedDefinition,
  type ReportedDefinition,
} from './definition-lock.js';
export { OperationPlan, type BodyPlan, type ParameterPlan, type PartPlan } from './operation-plan.js';
export { PublishedDefinition, PublishedTool, PublishedToolset } from './published-tool.js';
export type { ReplicatedSpec, ResourceRequest } from './replicated.js';
export { PermissionExplanation } from './permission.js';
export { RegistryList, RegistryServer } from './registry.js';
export { type ConvertedEntry, fromRegistryEntry, type FromRegistryEntry } from './registry-entry.js';
export { RemoteServer } from './remote.js';
export { ChangeEvent } from './event.js';
export { CLIENT_METHODS, EVERY_METHOD, Policy } from './policy.js';
export {
  adapterRef,
  ALL_TOOLS,
  collectionOf,
  Condition,
  isAllTools,
  mcpPathOf,
  Phase,
  ReplicaStatus,
  resourceKey,
  ResourceKind,
  ResourceName,
  type ResourceRef,
  toolsetRef,
} from './resource.js';
export { isServedByRouters, Route, type Endpoint, type PublishedEndpoint, type PublishedRoute } from './route.js';
export { SESSION_LIMITS, SessionLimits, SessionResource } from './session.js';
export {
  DEFAULT_TENANT,
  PublishedTenant,
  Quota,
  QUOTA_WINDOWS,
  QuotaResource,
  type QuotaWindow,
  TenantBody,
  TenantId,
  TenantResource,
} from './tenant.js';
export {
  apiPath,
  DEFAULT_PATH,
  McpTool,
  representedTool,
  ToolBody,
  ToolDefinition,
  ToolRequest,
  ToolResource,
  ToolSpec,
  ToolStatus,
} from './tool.js';
export {
  DEFAULT_MCP_PATH,
  DEFAULT_PORT,
  describesItself,
  lockOf,
  matchesName,
  MAX_OPERATIONS,
  type OpenApiSource,
  prefixOf,
  ReadDocument,
  ToolPath,
  ToolSource,
} from './tool-source.js';
export {
  SEARCH_CALL,
  ToolNames,
  ToolSelection,
  ToolsetBody,
  ToolsetRequest,
  ToolsetResource,
  ToolsetSpec,
  ToolsetStatus,
} from './toolset.js';
