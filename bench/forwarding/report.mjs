const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];

/** For each load and subject: the medians of its runs, and the spread between the runs. */
export function summarize(runs) {
  const groups = Map.groupBy(runs, ({ load, subject }) => `${load}\n${subject}`);
  return Array.from(groups.values(), (group) => {
    const micros = group.flatMap(({ cpuMicros }) => cpuMicros ?? []);
    return {
      load: group[0].load,
      subject: group[0].subject,
      perSecond: median(group.map(({ perSecond }) => perSecond)),
      micros: median(micros),
      least: sorted(micros)[0],
      most: sorted(micros).at(-1),
    };
  });
}

/** Ratios are relative to the subject `ours`: 2.0 means twice its processor time, or twice its requests per second. */
export function print(summary, ours) {
  const row = (...cells) => console.log(cells.map((cell, i) => (i < 2 ? cell.padEnd(19) : cell.padStart(16))).join(''));
  row('', '', 'µs for each', '', 'ratio', 'in a second', 'ratio');
  for (const { load, subject, perSecond, micros, least, most } of summary) {
    const base = summary.find((each) => each.load === load && each.subject === ours);
    const ratio = (value, to) => (value && to ? (value / to).toFixed(2) : '');
    const measured = micros === undefined ? ['', ''] : [micros.toFixed(1), `[${least.toFixed(1)}–${most.toFixed(1)}]`];
    row(
      load,
      subject,
      ...measured,
      ratio(micros, base?.micros),
      perSecond.toFixed(0),
      ratio(perSecond, base?.perSecond),
    );
  }
}
