import { z } from 'zod';

/** RFC 9457 problem details. `code` is for programs; `errors` names each bad field (RFC 6901 pointer) or query parameter. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'URL of the page that explains this kind of problem.' }),
    title: z.string().meta({ description: 'The kind of problem, for people.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    code: z.string().meta({ description: 'The kind of problem, for programs, such as `ADAPTER_NOT_FOUND`.' }),
    detail: z.string().optional().meta({ description: 'What is wrong with this request, and what to do.' }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .optional()
            .meta({ description: 'Place in the body: an RFC 6901 pointer such as `#/replicaCount`.' }),
          parameter: z.string().optional().meta({ description: 'Name of the query parameter.' }),
          detail: z.string().meta({ description: 'What is wrong there and what is valid.' }),
        }),
      )
      .optional()
      .meta({ description: 'Each bad field of the body or query parameter; at most 50.' }),
    requestId: z
      .string()
      .optional()
      .meta({ description: 'The id of the request, as in `X-Request-Id` and in the logs.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
