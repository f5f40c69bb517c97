import { ChangeEvent } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { documentedAs, parseQuery } from '../http/request.js';
import type { Ends } from './change-log.js';

const NOT_A_BEGIN = 'must be the id of an event, or a time such as 2026-11-30T08:00:00Z';

/** A position, microseconds since the epoch: the id of an event, or a time. */
const Since = z
  .string(NOT_A_BEGIN)
  .max(64, NOT_A_BEGIN)
  .transform((text, context) => {
    if (/^\d{1,16}$/.test(text)) return { position: Number(text), isTime: false };
    const time = z.iso.datetime({ offset: true }).safeParse(text);
    if (time.success) return { position: Date.parse(text) * 1000, isTime: true };
    context.addIssue({ code: 'custom', message: NOT_A_BEGIN });
    return z.NEVER;
  })
  .meta(documentedAs({ type: 'string' }));

export const EventQuery = z.strictObject({
  since: Since.optional().meta({
    description:
      'Begin after the event with this id, or at this time. Absent: begin now. The header `Last-Event-ID`, which ' +
      'browsers send when they connect again, comes before it.',
  }),
  kind: ChangeEvent.shape.kind.optional().meta({ description: 'Only events of this kind.' }),
  name: z.string().min(1, 'must not be empty').max(128, 'must be at most 128 characters').optional().meta({
    description: 'Only events of resources with this name, or of the tenant with this id.',
  }),
});
export type EventFilter = Pick<z.infer<typeof EventQuery>, 'kind' | 'name'>;

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export const eventQueryOf = (query: object, lastEventId: string | undefined): z.infer<typeof EventQuery> =>
  parseQuery(EventQuery, { ...query, ...(lastEventId ? { since: lastEventId } : {}) });

/** How a stream begins: `start` now, `resume` after a position, or `reset` because changes are missing. */
export interface Begin {
  how: 'start' | 'resume' | 'reset';
  position: number;
}

/** An id from before the log is of another database. A time from before it misses nothing while the log is whole. */
export function beginOf(since: z.infer<typeof EventQuery>['since'], { oldest, newest, now, isWhole }: Ends): Begin {
  if (since === undefined) return { how: 'start', position: newest };
  const { position, isTime } = since;
  if (position < oldest && isTime && isWhole) return { how: 'resume', position: oldest };
  const isKnown = position >= oldest && position <= now; // later ones are of another database, or of this one before it was restored
  return isKnown ? { how: 'resume', position } : { how: 'reset', position: newest };
}
