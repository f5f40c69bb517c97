import { expect, it } from '@jest/globals';
import { approvalCondition } from './definition-lock.js';

const [never, once] = [null, new Date(1)];
const approval = { kind: 'tool', name: 'find', hash: 'a'.repeat(64), definition: {}, by: 'alice', at: '' } as const;

it.each([
  ['nothing is reported', [], 0, never, 'Unknown', 'NotReported', 'Nothing is served until it is approved.'],
  ['nothing is approved', [], 2, once, 'False', 'ApprovalNeeded', 'Nothing is served until it is approved.'],
  ['something waits', [approval], 1, once, 'False', 'ApprovalNeeded', '1 definition waits for approval. GET /tools/x/'],
  ['all is approved', [approval], 0, once, 'True', 'AllApproved', 'is approved.'],
  ['the server has no tools', [], 0, once, 'True', 'AllApproved', 'is approved.'],
] as const)('when %s, the condition says so', (_when, approved, heldBack, reportedAt, status, reason, text) => {
  const found = approvalCondition('x', { approved: [...approved], heldBack, reportedAt });
  expect(found).toMatchObject({ type: 'Approved', status, reason });
  expect(found.message).toContain(text);
});
