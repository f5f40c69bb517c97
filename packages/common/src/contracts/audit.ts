import { z } from 'zod';
import { text } from './adapter-fields.js';

/** How the audited request ended. */
export const AuditOutcome = z.enum(['success', 'refused', 'failed', 'aborted']).meta({
  id: 'AuditOutcome',
  description:
    'success: it was answered with a status below 400; the gateway does not read answers, so a tool may still have reported an ' +
    'error. refused: the gateway refused it. failed: the gateway or the server failed. aborted: the client left before the answer.',
});
export type AuditOutcome = z.infer<typeof AuditOutcome>;

const MAX_REDACTIONS = 64;

/** Which calls are recorded with their arguments (packages/audit/src/arguments.ts). */
export const ArgumentAudit = z.strictObject({
  tools: z
    .array(text(128, 1))
    .min(1, 'must name a tool, or "*" for all')
    .max(64, 'must be at most 64 tools')
    .meta({ description: 'Names of the tools; `*` is every tool.' }),
  redact: z
    .array(
      text(256, 1).regex(/^(?!\/)|^(\/([^~]|~[01])*)$/, 'must be a name, or a JSON pointer such as "/customer/iban"'),
    )
    .max(MAX_REDACTIONS, `must be at most ${MAX_REDACTIONS}`)
    .default([])
    .meta({
      description:
        'What the record leaves out: names of properties, at any depth and in any case, and JSON pointers (RFC 6901) ' +
        'into the arguments. Names that look like secrets, such as `password`, are always left out.',
    }),
});
export type ArgumentAudit = z.infer<typeof ArgumentAudit>;

/** What the audit records of an adapter or a toolset beyond what it records of all. */
export const AuditSettings = z.strictObject({
  arguments: ArgumentAudit.meta({ description: 'Calls that are recorded with their arguments.' }),
});

const AuditedCaller = z.strictObject({
  subject: z.string().meta({ description: 'Verified subject.' }),
  name: z.string().meta({ description: 'Name from its sign-in.' }),
  roles: z.array(z.string()).meta({ description: 'Its roles; at most 32 of them.' }),
  tenant: z.string().meta({ description: 'Its tenant.' }),
  signIn: z
    .string()
    .optional()
    .meta({ description: 'How it signed in, such as `development` or the URL of an issuer.' }),
});

/** Records that were not kept: what a gap in the audit says instead of them. */
const AuditGap = z.strictObject({
  records: z.int().meta({ description: 'How many records are missing.' }),
  since: z.iso.datetime().meta({ description: 'When the first of them was dropped.' }),
});

/**
 * A record says who did what, on which resource, from where, with which result. It has no field for results, tokens, query strings or
 * values of variables, and arguments only of tools that opt in. Texts from outside are bounded (packages/audit).
 */
export const AuditRecord = z
  .strictObject({
    id: z.uuid().meta({ description: 'Unique; a record that is delivered twice has the same id.' }),
    time: z.iso.datetime().meta({ description: 'When the request began.' }),
    service: z.enum(['data-plane', 'control-plane']).meta({ description: 'The service that answered it.' }),
    action: z.string().meta({ description: 'What was requested, such as `adapter.create` or `mcp.tools/call`.' }),
    outcome: AuditOutcome,
    status: z.int().optional().meta({ description: 'HTTP status of the answer.' }),
    code: z.string().optional().meta({ description: 'Error code of the gateway, if the gateway refused or failed.' }),
    reason: z.string().optional().meta({ description: 'Why: the rule, quota or fault that decided.' }),
    caller: AuditedCaller.optional().meta({ description: 'Absent if the caller is not verified.' }),
    resource: z
      .strictObject({
        kind: z.string().meta({ description: 'Kind of the resource, such as `adapter`.' }),
        name: z.string().meta({ description: 'Name of the resource.' }),
        tenant: z
          .string()
          .optional()
          .meta({ description: 'The tenant that the resource belongs to, where the gateway knows the resource.' }),
      })
      .optional()
      .meta({ description: 'The resource that the request named. It need not exist.' }),
    tool: z.string().optional().meta({ description: 'Name of the tool of a `tools/call`.' }),
    arguments: z
      .string()
      .optional()
      .meta({
        description:
          'Arguments of the call as JSON, redacted and cut; only if its adapter says so in `audit`. With `tool.definition-changes`: ' +
          'the definitions that were approved, or found to have changed.',
      }),
    address: z.string().optional().meta({ description: 'Address of the client, behind the proxies that are trusted.' }),
    via: z.string().optional().meta({ description: 'The other end of the connection, if that is not `address`.' }),
    userAgent: z.string().optional().meta({ description: 'The first 256 characters of `User-Agent`.' }),
    requestBytes: z.int().optional().meta({ description: 'Bytes of the body of the request.' }),
    responseBytes: z.int().optional().meta({ description: 'Bytes of the answer on the connection, with its head.' }),
    durationMs: z.number().optional().meta({ description: 'Milliseconds until the answer ended or the client left.' }),
    requestId: z.string().optional().meta({ description: '`X-Request-Id` of the answer.' }),
    traceId: z
      .string()
      .optional()
      .meta({ description: 'Trace id of the `traceparent` of the request (W3C Trace Context).' }),
    gap: AuditGap.optional().meta({ description: 'Only with the action `audit.gap`.' }),
  })
  .meta({ id: 'AuditRecord' });
export type AuditRecord = z.infer<typeof AuditRecord>;

/** A record as it is stored. */
export const AuditEntry = AuditRecord.extend({
  position: z.int().meta({ description: 'Its place in the chain, from 1, without gaps.' }),
  storedAt: z.iso.datetime().meta({ description: 'When it was stored.' }),
  hash: z.string().optional().meta({
    description: 'SHA-256 over the record and the hash before it (docs/audit.md). Only `mcp.admin` sees it.',
  }),
}).meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;
