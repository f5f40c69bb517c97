/** The kinds that an import makes. */
export type ImportedKind = 'tenant' | 'adapter' | 'tool' | 'toolset';

/** A resource of this gateway that stands for something of another one. */
export interface ImportedResource {
  kind: ImportedKind;
  spec: { name: string } & Record<string, unknown>;
  /** Place in the imported file, such as `mcpServers.github`. */
  from: string;
  /** What was not taken over, and what is still to do. */
  notes: string[];
}

/** What an import would make; nothing is written yet. */
export interface ImportPlan {
  resources: ImportedResource[];
  /** What has no counterpart, and why. */
  skipped: { from: string; why: string; /** Nothing in it says what it is. */ isUnknown?: true }[];
}

export interface ImportOptions {
  /** Tag of the bridge image. */
  bridgeVersion: string;
  /** Write secrets into `environmentVariables`, where everyone who may read the adapter sees them. */
  includeSecrets: boolean;
  /** A Kubernetes Secret that has the left-out variables, each under its own name. */
  secretsFrom?: string | undefined;
  /** The credential of the operator that replaces secret headers. */
  credential?: string | undefined;
}

export const EMPTY: ImportPlan = { resources: [], skipped: [] };

export const joined = (plans: readonly ImportPlan[]): ImportPlan => ({
  resources: plans.flatMap(({ resources }) => resources),
  skipped: plans.flatMap(({ skipped }) => skipped),
});

export const skip = (from: string, why: string): ImportPlan => ({ resources: [], skipped: [{ from, why }] });

/** A document whose format no importer knows. */
export const unknownFormat = (from: string, why: string): ImportPlan => ({
  resources: [],
  skipped: [{ from, why, isUnknown: true }],
});

export const resource = (
  kind: ImportedKind,
  from: string,
  spec: ImportedResource['spec'],
  notes: readonly (string | undefined)[] = [],
): ImportPlan => ({
  resources: [{ kind, from, spec: withoutEmpty(spec), notes: notes.filter((note) => note !== undefined) }],
  skipped: [],
});

/** Without fields that are absent or empty, which have defaults. */
function withoutEmpty(spec: ImportedResource['spec']): ImportedResource['spec'] {
  const kept = Object.entries(spec).filter(
    ([, value]) => value !== undefined && value !== '' && !(isObject(value) && Object.keys(value).length === 0),
  );
  return Object.fromEntries(kept) as ImportedResource['spec'];
}

/** Resources of one kind with one name get different ones, as a second file may name a server like a first. */
export function withUniqueNames({ resources, skipped }: ImportPlan): ImportPlan {
  const taken = new Set<string>();
  const renamed = resources.map((each) => {
    let { name } = each.spec;
    for (let n = 2; taken.has(`${each.kind}/${name}`); n++) name = `${each.spec.name.slice(0, 60)}-${n}`;
    taken.add(`${each.kind}/${name}`);
    if (name === each.spec.name) return each;
    return {
      ...each,
      spec: { ...each.spec, name },
      notes: [...each.notes, `has the name ${name}, because ${each.spec.name} is taken`],
    };
  });
  return { resources: renamed, skipped };
}

/** The name of a resource: lower-case letters, digits and inner hyphens, at most `max` of them. */
export function resourceName(text: string, max = 63): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, max);
  return plain.replaceAll(/^-+|-+$/g, '') || 'server';
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
