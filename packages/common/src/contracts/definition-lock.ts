import { z } from 'zod';
import { ResourceKind, ResourceName } from './resource.js';

/** What a source defines and the lock covers. Resources of MCP are data: what they are changes all the time. */
export const DefinitionKind = z
  .enum(['tool', 'prompt'])
  .meta({ description: 'Whether it defines a tool or a prompt.' });
export type DefinitionKind = z.infer<typeof DefinitionKind>;

/** Whether a definition that a source has given is served before somebody has approved it. */
export const Approval = z.enum(['none', 'required'], 'must be "none" or "required"');
export const WhileChanged = z.enum(['last-approved', 'hidden'], 'must be "last-approved" or "hidden"');
export type WhileChanged = z.infer<typeof WhileChanged>;

/** Bounds of what the gateway keeps of one source. */
export const DEFINITION_BOUNDS = {
  /** Tools and prompts that are recorded. */
  recorded: 5_000,
  /** Tools and prompts that can be approved. */
  approved: 1_000,
  /** Characters of one definition as JSON. */
  chars: 65_536,
  /** Characters of all definitions as JSON: of those that are approved, and of those that wait for it. */
  allChars: 1_048_576,
};

const Name = z.string().min(1).max(512).meta({ description: 'Name of the tool or the prompt at its source.' });
const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits');
const Definition = z.record(z.string(), z.unknown());

/** Why a definition was reported without its text, and so cannot be approved. */
const Fault = z.enum(['too-large', 'no-room']);

/** One definition as a tool router has discovered it. It has its text only where somebody has to approve it. */
const ReportedDefinition = z.object({
  kind: DefinitionKind,
  name: Name,
  hash: Hash,
  definition: Definition.optional(),
  fault: Fault.optional(),
});
export type ReportedDefinition = z.infer<typeof ReportedDefinition>;

/** What a tool router tells the control plane of one source: all that it defines now. */
export const DefinitionReport = z.object({
  kind: ResourceKind,
  name: ResourceName,
  resourceId: z.string().max(64),
  definitions: z.array(ReportedDefinition).max(DEFINITION_BOUNDS.recorded),
});
export type DefinitionReport = z.infer<typeof DefinitionReport>;

/** A definition that was reported, as it is stored. Of one that is approved, the text is with the approval. */
export const RecordedDefinition = ReportedDefinition.extend({
  /** When this hash was first reported. */
  since: z.iso.datetime(),
});
export type RecordedDefinition = z.infer<typeof RecordedDefinition>;

/** A definition that was approved, as it is stored. */
export const ApprovedDefinition = z.object({
  kind: DefinitionKind,
  name: Name,
  hash: Hash,
  definition: Definition,
  by: z.string(),
  at: z.iso.datetime(),
});
export type ApprovedDefinition = z.infer<typeof ApprovedDefinition>;

/**
 * The lock of a source, published with its definition: tool routers serve of it the approved definitions and no others. Without
 * a lock they serve all that the source defines.
 */
export const PublishedLock = z.object({
  whileChanged: WhileChanged,
  approved: z.array(ApprovedDefinition.pick({ kind: true, name: true, hash: true, definition: true })),
});
export type PublishedLock = z.infer<typeof PublishedLock>;

const CurrentHash = Hash.nullable().meta({
  description: 'SHA-256 of what the source defines now; null if it defines nothing of this name any more.',
});

const Difference = z.strictObject({
  pointer: z.string().meta({
    description:
      'The member that differs: a JSON pointer (RFC 6901) into the definition. With the source `openapi`, `/http` is how the ' +
      'gateway calls the operation: method, path, where arguments go, and the body.',
  }),
  before: z.unknown().optional().meta({ description: 'As it was approved. Absent: the member is new.' }),
  after: z.unknown().optional().meta({ description: 'As the source defines it now. Absent: the member is gone.' }),
});
export type Difference = z.infer<typeof Difference>;

const DefinitionChange = z.strictObject({
  kind: DefinitionKind,
  name: Name,
  change: z.enum(['new', 'changed', 'removed']).meta({
    description:
      'new: nothing of this name is approved. changed: the approved definition is another one. removed: the source has no such ' +
      'definition any more.',
  }),
  hash: CurrentHash,
  approvedHash: Hash.nullable().meta({ description: 'SHA-256 of the approved definition; null if there is none.' }),
  since: z.iso.datetime().nullable().meta({ description: 'When the gateway first saw this hash; null if removed.' }),
  differences: z.array(Difference).meta({ description: 'Each member that differs. Of a new definition, all members.' }),
  invisible: z.array(z.string()).meta({
    description: 'Characters in the differences that nobody sees and a model reads, such as `U+200B`; at most 20.',
  }),
  problem: z.string().optional().meta({ description: 'Why it cannot be approved, and what to do.' }),
});
export type DefinitionChange = z.infer<typeof DefinitionChange>;

/** What of the tools and prompts of a source waits for approval. */
export const DefinitionChanges = z
  .strictObject({
    name: ResourceName.meta({ description: 'Name of the tool resource.' }),
    approval: Approval.meta({ description: '`required`: what is not approved is held back.' }),
    message: z.string().meta({ description: 'How the definitions stand, and what to do, for people.' }),
    reportedAt: z.iso.datetime().nullable().meta({
      description: 'When a tool router last reported a change of the definitions; null: none has reported any yet.',
    }),
    changes: z.array(DefinitionChange).meta({ description: 'What differs from what is approved, by kind and name.' }),
    definitions: z
      .array(
        z.strictObject({
          kind: DefinitionKind,
          name: Name,
          hash: Hash.meta({ description: 'SHA-256 of the definition in canonical form (RFC 8785), without `_meta`.' }),
          since: z.iso.datetime().meta({ description: 'When the gateway first saw this hash.' }),
        }),
      )
      .meta({ description: `All that the source defines now; at most ${DEFINITION_BOUNDS.recorded}.` }),
  })
  .meta({ id: 'DefinitionChanges' });
export type DefinitionChanges = z.infer<typeof DefinitionChanges>;

/** The body of an approval: what its sender has read in the changes, and agrees to. */
export const ApprovalBody = z
  .strictObject({
    definitions: z
      .array(
        z.strictObject({
          kind: DefinitionKind.default('tool'),
          name: Name,
          hash: Hash.nullable().meta({
            description: '`hash` of the change that you have read; null to forget a definition that is removed.',
          }),
        }),
      )
      .min(1, 'must name at least one definition')
      .max(DEFINITION_BOUNDS.recorded, `must be at most ${DEFINITION_BOUNDS.recorded} definitions`)
      .meta({ description: 'The definitions to approve, each with the hash that you have read.' }),
  })
  .meta({ id: 'ApprovalBody' });
export type ApprovalBody = z.infer<typeof ApprovalBody>;

/** Names of two kinds may be the same. No kind contains a slash. */
export const definitionKey = ({ kind, name }: { kind: DefinitionKind; name: string }): string => `${kind}/${name}`;
