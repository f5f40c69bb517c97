import { isDeepStrictEqual } from 'node:util';
import { auditText, type AuditTrail } from '@mcp-gateway/audit';
import {
  type ApprovalBody,
  type DefinitionChanges,
  type DefinitionReport,
  describesItself,
  lockOf,
  resourceKey,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import { GatewayError, malformedRequest } from '@mcp-gateway/common/errors';
import type { ToolDefinitionRows, ToolRow, ToolRows } from '@mcp-gateway/database';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Requester } from '../http/request.js';
import { retryWrite } from '../resources/optimistic-concurrency.js';
import {
  approvedAfter,
  changesOf,
  type Definitions,
  foundChanges,
  heldBackCount,
  recordedAfter,
} from './definition-changes.js';

export interface DefinitionLock {
  /** What waits for approval. */
  changes(by: Requester, name: string): Promise<DefinitionChanges>;
  /** @throws GatewayError EDIT_CONFLICT, INVALID_REQUEST, FORBIDDEN */
  approve(by: Requester, name: string, body: ApprovalBody): Promise<DefinitionChanges>;
  /** What a tool router has discovered. @throws GatewayError TOOL_NOT_FOUND for a tool that is gone */
  report(report: DefinitionReport): Promise<void>;
}

export interface DefinitionLockParts {
  tools: {
    row(by: Requester, name: string): Promise<ToolRow>;
    writableRow(by: Requester, name: string): Promise<ToolRow>;
  };
  rows: Pick<ToolRows, 'find'>;
  definitions: ToolDefinitionRows;
  queue: { reconcile(ref: ResourceRef): Promise<void> };
  trail?: Pick<AuditTrail, 'record'> | undefined;
  log: Logger;
  now?: (() => Date) | undefined;
}

/** The definition lock: what sources define, what of that is approved, and by whom. */
export function definitionLock(parts: DefinitionLockParts): DefinitionLock {
  const { tools, definitions, queue, log, now = () => new Date() } = parts;

  /** The resync finds a change of what is approved; a status is late by minutes at most. */
  const enqueue = ({ kind, name }: ResourceRef) =>
    void queue
      .reconcile({ kind, name })
      .catch((error: unknown) =>
        log.warn({ err: error, kind, name }, 'the queue did not take a change of definitions'),
      );

  return {
    async changes(by, name) {
      const row = await tools.row(by, name);
      return answerOf(row, await definitions.find(row));
    },

    approve: (by, name, body) =>
      retryWrite({ kind: 'tool', name }, async () => {
        const row = await tools.writableRow(by, name);
        requireLock(row);
        const read = await definitions.find(row);
        const approved = approvedAfter(read, body, { by: by.principal.subject, at: now() });
        const recorded = recordedAfter({ recorded: read.recorded, approved }, read.recorded, now());
        const heldBack = heldBackCount({ recorded, approved });
        const change = { recorded, approved, heldBack, reportedAt: read.reportedAt };
        if (!(await definitions.approve(row, read, change))) return null;
        by.judged.what = JSON.stringify({ approved: body.definitions });
        enqueue(row);
        return answerOf(row, change);
      }),

    report: (report) =>
      retryWrite(report, async () => {
        const row = report.kind === 'tool' ? await parts.rows.find(report.name) : null;
        if (!row || row.deletedAt || row.id !== report.resourceId) throw new GatewayError('TOOL_NOT_FOUND');
        const read = await definitions.find(row);
        const { approved } = read;
        const recorded = recordedAfter(read, report.definitions, now());
        if (read.reportedAt !== null && isDeepStrictEqual(read.recorded, recorded)) return true;
        const heldBack = heldBackCount({ recorded, approved });
        if (!(await definitions.record(row, read, { recorded, approved, heldBack, reportedAt: now() }))) return null;
        if (read.reportedAt !== null) tellFound(parts, row, foundChanges(read.recorded, recorded));
        if (lockOf(row.spec.source)) enqueue(row);
        return true;
      }).then(() => {}),
  };
}

function requireLock({ spec: { source }, name }: ToolRow): void {
  if (lockOf(source)) return;
  const why = describesItself(source)
    ? 'its source does not say approval: required, so nothing is held back'
    : 'its definitions change with PUT only, so nothing is held back';
  throw malformedRequest(`tool ${name} needs no approval: ${why}`);
}

function answerOf(row: ToolRow, stored: Definitions & { reportedAt: Date | null }): DefinitionChanges {
  const isNeeded = lockOf(row.spec.source) !== undefined;
  const changes = isNeeded ? changesOf(stored) : [];
  return {
    name: row.name,
    approval: isNeeded ? 'required' : 'none',
    message: messageOf(row, stored, changes),
    reportedAt: stored.reportedAt?.toISOString() ?? null,
    changes,
    definitions: stored.recorded.map(({ kind, name, hash, since }) => ({ kind, name, hash, since })),
  };
}

function messageOf(
  { spec: { source }, name }: ToolRow,
  { approved, reportedAt }: { approved: readonly unknown[]; reportedAt: Date | null },
  changes: readonly unknown[],
): string {
  if (!describesItself(source)) return 'These definitions change with PUT only.';
  if (!lockOf(source)) return 'The source needs no approval: definitions are recorded, and nothing is held back.';
  if (reportedAt === null)
    return 'No tool router has reported the definitions yet. Nothing is served until it is approved.';
  if (changes.length === 0) return 'All that the server defines is approved.';
  const until = approved.length === 0 ? 'Nothing is served until it is approved. ' : '';
  return `${until}Read the differences, and send POST /tools/${name}/definition-changes/approve with kind, name and hash of each change that you agree to.`;
}

/** A change of definitions is in the audit and in the log, whether or not it is held back. */
function tellFound(
  { trail, log }: Pick<DefinitionLockParts, 'trail' | 'log'>,
  row: ToolRow,
  found: ReturnType<typeof foundChanges>,
): void {
  if (!found) return;
  const isHeld = lockOf(row.spec.source) !== undefined;
  log.warn(
    { source: resourceKey(row), ...found.counts },
    isHeld ? 'definitions have changed and are held back until they are approved' : 'definitions have changed',
  );
  const { new: added, changed, removed } = found.counts;
  trail?.record(
    auditText('control-plane', {
      action: 'tool.definition-changes.found',
      status: 200,
      refusal: undefined,
      rule: `${added} new, ${changed} changed, ${removed} removed; ${isHeld ? 'held back until approved' : 'no approval needed'}`,
      principal: undefined,
      resource: row,
      resourceTenant: row.tenant,
      arguments: JSON.stringify(found.names),
      address: undefined,
      headers: {},
      responseBytes: undefined,
      durationMs: 0,
      requestId: undefined,
    }),
  );
}
