import { RE2JS } from 're2js';

const MAX_PATTERN_CHARS = 1_024;
const MAX_TEXT_CHARS = 65_536;
/** Instructions of a program, which RE2 runs for each character: 100,000 characters take it some 0.1 s at most. */
const MAX_WORK = 10_000_000;

/** A pattern that runs in time in proportion to its size and the text (RE2). */
export interface LinearPattern {
  /** @throws TooMuchWork when the patterns of one value take too long together */
  test(text: string, work: PatternWork): boolean;
}

/** How much the patterns of one value have done. */
export interface PatternWork {
  done: number;
}

export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** Undefined for what RE2 does not know, such as look-around, and for what is too long. */
export function linearPattern(pattern: string): LinearPattern | undefined {
  const program = programOf(pattern);
  const size = programSize(pattern);
  return (
    program && {
      test(text, work) {
        if (text.length > MAX_TEXT_CHARS) return true;
        work.done += size * text.length;
        if (work.done > MAX_WORK) throw new TooMuchWork('the patterns take too long');
        return program.matcher(text).find();
      },
    }
  );
}

function programOf(pattern: string): RE2JS | undefined {
  try {
    return pattern.length > MAX_PATTERN_CHARS ? undefined : RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    return undefined;
  }
}

/** The parts of a pattern: a class, an escape with its braces, a group, a number of repetitions, or one character. */
const PARTS = /\[\^?\]?(?:\\.|[^\]\\])*\]?|\\[pPu]\{[^}]*\}|\\.|\{(\d+)(?:,(\d*))?\}|[^]/gu;

/** About how many instructions RE2 makes of a pattern: what is repeated counts as often as it is. */
export function programSize(pattern: string): number {
  const groups = [0];
  let last = 0;
  const add = (size: number) => (groups[groups.length - 1] = (groups.at(-1) ?? 0) + size);
  for (const [part, least, most] of pattern.matchAll(PARTS)) {
    if (least !== undefined) {
      const times = Math.max(Number(least), Number(most || least) || 1, 1);
      add(last * (times - 1));
      last *= times;
    } else if (part === '(') {
      groups.push(0);
      last = 0;
    } else if (part === ')' && groups.length > 1) {
      last = (groups.pop() ?? 0) + 2;
      add(last);
    } else {
      last = 1;
      add(1);
    }
  }
  return groups.reduce((sum, size) => sum + size, 0);
}
