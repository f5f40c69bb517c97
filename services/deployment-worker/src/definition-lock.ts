import { lockOf, type PublishedLock } from '@mcp-gateway/common/contracts';
import type { StoredDefinitions, ToolDefinitionRows, ToolRow } from '@mcp-gateway/database';
import type { UntimedCondition } from './plan.js';

/** What is approved of a tool that needs approval, for tool routers and for its status. */
export interface Locking {
  lock?: PublishedLock;
  approval?: UntimedCondition;
}

/** The approvals of a worker that cannot read them. */
export const NOTHING_APPROVED: Pick<ToolDefinitionRows, 'find'> = {
  find: async () => ({ recorded: [], approved: [], heldBack: 0, reportedAt: null, revision: 0 }),
};

/** Empty for a tool that needs no approval. @throws GatewayError UNAVAILABLE: without an answer nothing is published */
export async function lockingOf(
  { name, id, spec: { source } }: ToolRow,
  definitions: Pick<ToolDefinitionRows, 'find'>,
): Promise<Locking> {
  const lock = lockOf(source);
  if (!lock) return {};
  const stored = await definitions.find({ name, id });
  const approved = stored.approved.map(({ by: _, at: __, ...approval }) => approval);
  return { lock: { ...lock, approved }, approval: approvalCondition(name, stored) };
}

/** Whether all that the source of a tool defines is approved, and what to do if not. */
export function approvalCondition(
  name: string,
  { approved, heldBack, reportedAt }: Pick<StoredDefinitions, 'approved' | 'heldBack' | 'reportedAt'>,
): UntimedCondition {
  const type = 'Approved';
  if (reportedAt === null) {
    const message = 'No tool router has reported the definitions yet. Nothing is served until it is approved.';
    return { type, status: 'Unknown', reason: 'NotReported', message };
  }
  if (heldBack === 0) {
    const message = 'All that the server defines is approved.';
    return { type, status: 'True', reason: 'AllApproved', message };
  }
  const what = heldBack === 1 ? '1 definition waits' : `${heldBack} definitions wait`;
  const until = approved.length === 0 ? ' Nothing is served until it is approved.' : '';
  const message = `${what} for approval.${until} GET /tools/${name}/definition-changes shows what to approve.`;
  return { type, status: 'False', reason: 'ApprovalNeeded', message };
}
