import { expect } from '@jest/globals';
import { AdapterRequest, TenantBody, ToolRequest, ToolsetRequest } from '@mcp-gateway/common/contracts';
import { planImport } from '../../src/import/documents.js';
import type { ImportOptions, ImportPlan } from '../../src/import/plan.js';

const OPTIONS: ImportOptions = { bridgeVersion: '1.0', includeSecrets: false };
const CONTRACTS = { adapter: AdapterRequest, tool: ToolRequest, toolset: ToolsetRequest, tenant: TenantBody };

/** The plan of one file. The API accepts what it would register. */
export function planOf(content: object | string, options: Partial<ImportOptions> = {}, name = 'file'): ImportPlan {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return accepted(planImport([{ name, text }], { ...OPTIONS, ...options }));
}

export function accepted(plan: ImportPlan): ImportPlan {
  for (const { kind, spec } of plan.resources) expect(CONTRACTS[kind].safeParse(spec).error).toBeUndefined();
  return plan;
}

export const specsOf = (plan: ImportPlan) => plan.resources.map(({ kind, spec }) => ({ kind, ...spec }));
export const skippedOf = ({ skipped }: ImportPlan) => skipped.map(({ from, why }) => `${from}: ${why}`);
export const notesOf = ({ resources }: ImportPlan) => resources.flatMap(({ notes }) => notes);
