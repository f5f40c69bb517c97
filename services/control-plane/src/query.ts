import { invalidRequest } from '@mcp-gateway/common/errors';
import type { z } from 'zod';

/** @throws GatewayError INVALID_REQUEST naming each bad parameter. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const { data, error } = schema.safeParse(query);
  if (error) throw invalidRequest(error, 'query');
  return data;
}
