import { z } from 'zod';
import { aboutFields } from './about.js';
import { boundedString, text } from './adapter-fields.js';
import { AuditSettings } from './audit.js';
import {
  bodyFields,
  Description,
  requestOf,
  RequiredRoles,
  type ResourceRequest,
  serverFieldsOf,
  statusFieldsOf,
} from './replicated.js';
import { ALL_TOOLS, ResourceName } from './resource.js';

/** The tool of a toolset with a search that calls another one, by `name` and `arguments` in its arguments. */
export const SEARCH_CALL = 'call_tool';

/** A name and a pattern stop here. No exposed name is longer. */
const MAX_NAME_CHARS = 128;
const MAX_SELECTIONS = 256;
/** The tool router tries each of them on each tool. */
const MAX_PATTERNS = 32;

const NAME_CHARS = 'must be letters, digits, "_", "-" and ".", and in a pattern "*"';

const ToolPattern = boundedString(MAX_NAME_CHARS, 1)
  .regex(/^[A-Za-z0-9_.*-]+$/, NAME_CHARS)
  .meta({
    description:
      'Exposed name of a tool, or a pattern in which `*` stands for any characters: `search_find`, `search_*`, `*`.',
    examples: ['search_*'],
  });

/** Which of two rules the names in a toolset keep. */
export const ToolNames = z.enum(['portable', 'mcp']).meta({
  description:
    'Which names clients get. `portable`: 1 to 64 letters, digits, "_" and "-", which every client accepts. `mcp`: 1 to ' +
    '128 letters, digits, "_", "-" and ".", as MCP recommends. Other names are altered and end with six characters that ' +
    'keep them apart.',
});
export type ToolNames = z.infer<typeof ToolNames>;

/** The length and the characters that each rule of names permits. */
const NAME_RULES: Record<ToolNames, RegExp> = {
  portable: /^[A-Za-z0-9_-]{1,64}$/,
  mcp: /^[A-Za-z0-9_.-]{1,128}$/,
};

/** One entry of a toolset. */
export const ToolSelection = z
  .strictObject({
    name: ToolPattern,
    source: z
      .strictObject({
        kind: z.enum(['tool']).meta({
          description: 'Kind of the source. The tools of an adapter come from the tool whose source it is.',
        }),
        name: ResourceName.meta({ description: 'Name of the source.' }),
      })
      .optional()
      .meta({ description: 'Selects among the tools of this source only.' }),
    as: boundedString(MAX_NAME_CHARS, 1)
      .optional()
      .meta({ description: 'Name of the tool in this toolset. Only with an exact `name`.' }),
    title: text(256).optional().meta({ description: 'Title of the tool in this toolset. Only with an exact `name`.' }),
    description: text(16_384)
      .optional()
      .meta({ description: 'Description of the tool in this toolset, for models. Only with an exact `name`.' }),
  })
  .superRefine((entry, context) => {
    if (!entry.name.includes('*')) return;
    for (const field of ['as', 'title', 'description'] as const) {
      if (entry[field] === undefined) continue;
      const message = 'must be absent: name is a pattern, which may select several tools';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
export type ToolSelection = z.infer<typeof ToolSelection>;

/** A named selection of tools, as a caller describes it. It runs nothing: the tool router serves it at /mcp/t/{name}. */
export const ToolsetSpec = z
  .strictObject({
    name: ResourceName.refine((name) => name !== ALL_TOOLS, {
      message: `must not be "${ALL_TOOLS}": that is the toolset of all tools, which is served at /mcp`,
    }).meta({ description: 'Name of the toolset; part of its URL.', examples: ['support'] }),
    ...aboutFields,
    title: text(256).optional().meta({ description: 'Name for people; MCP clients show it.' }),
    description: Description.meta({ description: 'A text for people and models. MCP clients get it as instructions.' }),
    requiredRoles: RequiredRoles.meta({
      description:
        'Holders of any of these roles may use the toolset, as well as its creator and mcp.admin. They see the tools in ' +
        'it that they may use.',
    }),
    tools: z
      .array(ToolSelection)
      .max(MAX_SELECTIONS, `must be at most ${MAX_SELECTIONS} entries`)
      .meta({
        description:
          'The tools in it. A tool follows the first entry that names it, or else the first whose pattern it matches. At most ' +
          `${MAX_PATTERNS} patterns.`,
      }),
    names: ToolNames.default('portable'),
    search: z
      .boolean()
      .default(false)
      .meta({
        description:
          'With true, clients get two tools in place of the list: `find_tools`, which searches it, and `call_tool`, ' +
          'which calls a tool in it. For large sets.',
      }),
    audit: AuditSettings.optional().meta({
      description:
        'What the audit records of calls through this toolset beyond what it records of all. The tools have the names that ' +
        'clients get here. Absent: never arguments. Only mcp.admin may set, change or remove it.',
    }),
  })
  .superRefine(({ tools, names }, context) => {
    const patterns = tools.filter(({ name }) => name.includes('*')).length;
    if (patterns > MAX_PATTERNS) {
      const message = `must hold at most ${MAX_PATTERNS} patterns; it may name more tools exactly`;
      context.addIssue({ code: 'custom', path: ['tools'], message });
    }
    const seen = new Set<string>();
    tools.forEach(({ as }, index) => {
      if (as === undefined) return;
      const path = ['tools', index, 'as'];
      if (!NAME_RULES[names].test(as)) {
        const rule = names === 'mcp' ? '128 letters, digits, "_", "-" and "."' : '64 letters, digits, "_" and "-"';
        context.addIssue({ code: 'custom', path, message: `must be at most ${rule}, as the rule "${names}" says` });
      } else if (seen.has(as)) {
        context.addIssue({ code: 'custom', path, message: 'is the name of another entry, too; each tool has its own' });
      }
      seen.add(as);
    });
  })
  .meta({ id: 'ToolsetSpec' });
export type ToolsetSpec = z.infer<typeof ToolsetSpec>;

/** The spec and the fields that the gateway sets. */
export const ToolsetResource = ToolsetSpec.extend(serverFieldsOf('toolset')).meta({ id: 'ToolsetResource' });
export type ToolsetResource = z.infer<typeof ToolsetResource>;

const { name, phase, generation, observedGeneration, conditions } = statusFieldsOf('toolset');
/** Whether a toolset is served. It has no replicas. */
export const ToolsetStatus = z
  .strictObject({ name, phase, generation, observedGeneration, conditions })
  .meta({ id: 'ToolsetStatus' });
export type ToolsetStatus = z.infer<typeof ToolsetStatus>;

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const ToolsetBody = ToolsetSpec.safeExtend(bodyFields).meta({ id: 'ToolsetBody' });

export type ToolsetRequest = ResourceRequest<ToolsetSpec>;
/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const ToolsetRequest = requestOf<ToolsetSpec>(ToolsetBody);
