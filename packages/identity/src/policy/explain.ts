import type { Principal } from '@mcp-gateway/common/principal';

/** What is known of a message that policies may be asked about. A field that is absent is not known. */
export interface AssumedMessage {
  method?: string | undefined;
  /** The name in a `tools/call`. */
  tool?: string | undefined;
  arguments?: Readonly<Record<string, unknown>> | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface AssumedRequest extends AssumedMessage {
  /** Name and tenant may be absent: those of a caller that is not signed in are not known. */
  principal: Pick<Principal, 'subject' | 'roles'> & Partial<Principal>;
  resource: { kind: string; name: string; createdBy: string };
}

/**
 * What one policy says about a message.
 *
 * true            its expression is true
 * false           its expression is false
 * failed          its expression fails on this message, which counts as a refusal
 * not-applicable  it does not decide on messages of this method
 * unknown         it depends on what is not known
 */
type PolicyResult = 'true' | 'false' | 'failed' | 'not-applicable' | 'unknown';

export interface PolicyFinding {
  name: string;
  effect: 'allow' | 'deny';
  result: PolicyResult;
  /** With `unknown`: what it depends on, such as `tool` or `principal.name`. */
  needs: string[];
}

/** What all policies together say, and the policies by which they do; no policy when nothing stands against the message. */
interface PolicyVerdict {
  outcome: 'permitted' | 'refused' | 'depends';
  decidedBy: string[];
}

const namesOf = (findings: readonly PolicyFinding[]) => findings.map(({ name }) => name);

/** As `decide` of the policies: `deny` comes before `allow`, and of several that allow, one suffices. */
export function verdictOf(findings: readonly PolicyFinding[]): PolicyVerdict {
  const asked = findings.filter(({ result }) => result !== 'not-applicable');
  const [deny, allow] = (['deny', 'allow'] as const).map((effect) => asked.filter((each) => each.effect === effect));
  const open = (those: readonly PolicyFinding[] = []) => namesOf(those.filter(({ result }) => result === 'unknown'));

  const denying = deny?.find(({ result }) => result === 'true' || result === 'failed');
  if (denying) return { outcome: 'refused', decidedBy: [denying.name] };
  const allowing = allow?.find(({ result }) => result === 'true');
  const undecided = [...open(deny), ...(allowing ? [] : open(allow))];
  if (undecided.length > 0) return { outcome: 'depends', decidedBy: undecided };
  if (allowing) return { outcome: 'permitted', decidedBy: [allowing.name] };
  return { outcome: allow && allow.length > 0 ? 'refused' : 'permitted', decidedBy: namesOf(allow ?? []) };
}
