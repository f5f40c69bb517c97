import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  DEFINITION_BOUNDS,
  definitionKey,
  type DefinitionKind,
  type PublishedLock,
  type ReportedDefinition,
} from '@mcp-gateway/common/contracts';
import type { Prompt, Tool } from '@modelcontextprotocol/server';
import canonicalize from 'canonicalize';
import type { ApprovableTool, Listing } from '../sources/source.js';

/** A definition that a source gives and that nobody has approved. */
export interface HeldBack {
  kind: DefinitionKind;
  /** At the source. */
  name: string;
}

/** What a source gives, as far as its lock lets it through. */
export interface Locked {
  listing: Listing;
  heldBack: readonly HeldBack[];
}

const HASHES = new WeakMap<object, string>();

/**
 * SHA-256 of the canonical form (RFC 8785) of a definition as its server gives it, without `_meta`, in hexadecimal digits. What
 * the hash leaves out reaches no client: the approved copy is served.
 */
export function definitionHash(definition: Tool | Prompt | ApprovableTool): string {
  let hash = HASHES.get(definition);
  if (hash === undefined) {
    const { _meta: _, ...hashed } = definition;
    hash = createHash('sha256').update(canonicalOf(hashed)).digest('hex');
    HASHES.set(definition, hash);
  }
  return hash;
}

/** RFC 8785 §3.2.2.2 has no form for halves of characters, and servers may send some. */
function canonicalOf(definition: object): string {
  try {
    return canonicalize(definition) ?? '';
  } catch {
    return JSON.stringify(definition);
  }
}

/** Lists that the lock covers. Resources and their templates are data that changes all the time. */
const LISTS = [
  ['tool', 'tools'],
  ['prompt', 'prompts'],
] as const;

/** What counts for the approval of an item. */
const approvableOf = ({ approvable }: Listing, kind: DefinitionKind, item: Tool | Prompt) =>
  (kind === 'tool' ? approvable?.get(item.name) : undefined) ?? item;

type Approved = PublishedLock['approved'][number]['definition'];

/** As clients get it; undefined for a tool that the gateway calls in another way than was approved. */
function approvedCopy(approved: Approved, now: Tool | Prompt | ApprovableTool, hasCall: boolean) {
  if (!hasCall) return approved;
  const { http, ...tool } = approved;
  return isDeepStrictEqual(http, (now as ApprovableTool).http) ? tool : undefined;
}

/**
 * What is served of a listing: of each tool and prompt that the server lists the copy that was approved. Without a lock, all of it.
 * A definition without approval is held back; so is one that has changed, if the lock hides what has changed or the approved one
 * would now make another call.
 */
export function locked(listing: Listing, lock: PublishedLock | undefined): Locked {
  if (!lock) return { listing, heldBack: [] };
  const approvals = new Map(lock.approved.map((each) => [definitionKey(each), each]));
  const heldBack: HeldBack[] = [];
  const served: Record<'tools' | 'prompts', unknown[]> = { tools: [], prompts: [] };
  for (const [kind, list] of LISTS) {
    for (const item of listing[list]) {
      const { name } = item;
      const approval = approvals.get(definitionKey({ kind, name }));
      const now = approvableOf(listing, kind, item);
      const isApproved = approval?.hash === definitionHash(now);
      if (!isApproved) heldBack.push({ kind, name });
      if (!approval || (!isApproved && lock.whileChanged === 'hidden')) continue;
      const copy = approvedCopy(approval.definition, now, now !== item);
      if (copy) served[list].push(copy);
    }
  }
  return { listing: { ...listing, ...(served as Pick<Listing, 'tools' | 'prompts'>) }, heldBack };
}

/** What the control plane is told of a listing: all hashes, and the texts that somebody has to approve. */
export function reportOf(listing: Listing, lock: PublishedLock | undefined): ReportedDefinition[] {
  const approvals = new Map(lock?.approved.map((each) => [definitionKey(each), each.hash]));
  const all = LISTS.flatMap(([kind, list]) => listing[list].map((item) => ({ kind, item })));
  let room = DEFINITION_BOUNDS.allChars;
  return all.slice(0, DEFINITION_BOUNDS.recorded).map(({ kind, item }): ReportedDefinition => {
    const { name } = item;
    const definition = approvableOf(listing, kind, item);
    const hash = definitionHash(definition);
    const reported = { kind, name, hash };
    if (!lock || approvals.get(definitionKey(reported)) === hash) return reported;
    const chars = JSON.stringify(definition).length;
    if (chars > DEFINITION_BOUNDS.chars) return { ...reported, fault: 'too-large' };
    if (chars > room) return { ...reported, fault: 'no-room' };
    room -= chars;
    return { ...reported, definition };
  });
}
