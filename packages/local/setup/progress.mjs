const LONG_MS = 500;
const TICK_MS = 1_000;
/** Interval between two signs of life where the output cannot be repainted: in a pipe or a file. */
const SPARSE_MS = 15_000;
const CLEAR_TO_END = '\x1b[K';

/**
 * Shows nothing of a quick step. Of a long step it shows the title and the elapsed time, which it updates: every
 * second in a terminal, less often elsewhere.
 * @param {string} title
 * @param {{
 *   remark: (passedMs: number) => string | undefined,
 *   out?: { isTTY?: boolean, columns?: number, write: (text: string) => unknown },
 * }} options every second `remark` returns a remark on the step; a new remark gets a line of its own
 */
export function showProgress(title, { remark, out = process.stderr }) {
  const began = Date.now();
  const passed = () => Date.now() - began;
  const seconds = () => `${Math.floor(passed() / 1_000)} s`;
  const printed = new Set();
  let started = false;
  let shownMs = 0;

  /** A line that the terminal wraps cannot be painted over. */
  const line = (time = '') => {
    const room = (out.isTTY && out.columns) || Infinity;
    const text = `${title} … ${time}`;
    return text.length < room ? text : `${title.slice(0, Math.max(0, room - time.length - 3))}… ${time}`;
  };
  const announce = () => {
    started = true;
    shownMs = passed();
    out.write(line());
  };
  const paint = () => {
    if (out.isTTY) return out.write(`\r${line(`${seconds()} `)}${CLEAR_TO_END}`);
    if (passed() - shownMs < SPARSE_MS) return;
    shownMs = passed();
    out.write(`${seconds()} … `);
  };
  const tick = () => {
    const sentence = remark(passed());
    if (sentence && !printed.has(sentence)) {
      printed.add(sentence);
      out.write(`\n${sentence}\n`);
      announce();
    }
    paint();
  };
  const announcing = setTimeout(announce, LONG_MS);
  const ticking = setInterval(tick, TICK_MS);

  return {
    /** @param {string} [word] the outcome; without one the step has succeeded, which is shown of a long step only */
    end(word) {
      clearTimeout(announcing);
      clearInterval(ticking);
      if (word === undefined && !started) return;
      if (!started) announce();
      const outcome = word ?? `${(passed() / 1_000).toFixed(1)} s`;
      out.write(out.isTTY ? `\r${line(outcome)}${CLEAR_TO_END}\n` : `${outcome}\n`);
    },
  };
}
