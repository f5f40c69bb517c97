import { followedSecret } from '@mcp-gateway/platform/config';
import type { Logger } from '@mcp-gateway/platform/logging';
import { z } from 'zod';
import type { Peppers } from './sealed-key.js';

const MIN_BYTES = 32;
const MUST_BE =
  'must be secrets of at least 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32';

/** Settings of a service that accepts API keys. */
export const apiKeyFields = {
  /** Each seals the keys for the data planes, and each counts. Without one there are no API keys. */
  MCP_GATEWAY_API_KEY_PEPPERS: z
    .string()
    .transform((list, context): Buffer[] => {
      const peppers = list.split(',').map((each) => Buffer.from(each.trim(), 'base64'));
      if (peppers.every((each) => each.length >= MIN_BYTES)) return peppers;
      context.addIssue(MUST_BE);
      return z.NEVER;
    })
    .describe('one or more secrets of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32')
    .optional()
    .meta({ secret: true }),
};

/**
 * The peppers, also when their file changes; undefined when there are none.
 * @param defer gets what ends the reading of the file
 */
export function followPeppers(
  first: Buffer[] | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  { log, defer }: { log: Logger; defer: (end: () => void) => void },
): Peppers | undefined {
  const name = 'MCP_GATEWAY_API_KEY_PEPPERS';
  return followedSecret(first, name, apiKeyFields[name], environment, { log, defer });
}
