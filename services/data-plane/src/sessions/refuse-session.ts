import { GatewayError } from '@mcp-gateway/common/errors';
import type { AllLimits } from './limits.js';

/** Says which bound was met and what to do. */
export function refuseSession(
  full: 'adapter-full' | 'caller-full',
  adapter: string,
  { maxOpen, maxOpenPerCaller, idleTimeoutSeconds }: AllLimits,
): GatewayError {
  const idle = `sessions that are idle for ${idleTimeoutSeconds} s end by themselves`;
  const detail =
    full === 'caller-full'
      ? `you have ${maxOpenPerCaller} open on ${adapter}, which is the most for one caller; end one that you do not need ` +
        `(GET /adapters/${adapter}/sessions lists them); ${idle}`
      : `${adapter} has ${maxOpen} open, which is the most for all of its callers; try again later: ${idle}`;
  return new GatewayError('SESSION_LIMIT', { detail, headers: { 'retry-after': '30' } });
}
