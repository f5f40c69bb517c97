import { tooLarge } from '@mcp-gateway/common/errors';
import { isAmbiguous } from '@mcp-gateway/protocol';
import { sendContinue } from '../request/body.js';
import { bufferBody } from '../request/buffer-body.js';
import type { McpRequest } from '../request/context.js';
import { messageOf } from '../request/message.js';
import { denialOf, policyDenied, unreadable } from '../request/policies.js';

/** The longest message that policies decide on. */
const MAX_BYTES = 1024 * 1024;

/**
 * Refuses what the policies of the adapter do not permit. They narrow the permission rule, so everyone who gets here may
 * use the adapter. Without policies the step reads nothing.
 * @throws GatewayError POLICY_DENIED; TOO_LARGE for a message that is too long for policies
 */
export function applyPolicies(request: McpRequest): void | Promise<void> {
  if (request.route.policies.length === 0) return;
  if (request.req.method === 'POST' && request.body) return readAndApply(request);
  throwIfDenied(request);
}

async function readAndApply(request: McpRequest): Promise<void> {
  const { body, req, res } = request;
  if (body && !body.read) {
    sendContinue(req, res);
    body.read = await bufferBody({ ...body, maxBytes: Math.min(body.maxBytes, MAX_BYTES) }, MAX_BYTES);
  }
  const text = body?.read?.bytes?.toString('utf8');
  if (text === undefined) throw tooLarge(MAX_BYTES);
  const message = await messageOf(request);
  if (message.kind !== 'unreadable' && isAmbiguous(text)) throw unreadable();
  throwIfDenied(request);
}

function throwIfDenied(request: McpRequest): void {
  const denial = denialOf(request.route, request);
  if (denial) throw policyDenied(denial);
}
