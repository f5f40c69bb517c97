const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];
const range = (values, digits) => `[${sorted(values)[0].toFixed(digits)}–${sorted(values).at(-1).toFixed(digits)}]`;

/**
 * For each load and subject: the medians of its runs, and how its processor time and rate relate to those of the
 * subject `base`. A ratio is the median of the ratios within the rounds: what else the machine does changes from round
 * to round, and the subjects of one round meet nearly the same.
 */
export function summarize(runs, base) {
  const groups = Map.groupBy(runs, ({ load, subject }) => `${load}\n${subject}`);
  return Array.from(groups.values(), (group) => {
    const { load, subject } = group[0];
    const others = groups.get(`${load}\n${base}`) ?? [];
    const ratios = (of) => group.flatMap((run, round) => (of(run) && others[round] ? of(run) / of(others[round]) : []));
    return {
      load,
      subject,
      perSecond: median(group.map(({ perSecond }) => perSecond)),
      rateRatios: ratios(({ perSecond }) => perSecond),
      micros: median(group.flatMap(({ cpuMicros }) => cpuMicros ?? [])),
      microsRatios: ratios(({ cpuMicros }) => cpuMicros),
      differences: group.flatMap(({ cpuMicros }, round) =>
        cpuMicros && others[round] ? cpuMicros - others[round].cpuMicros : [],
      ),
    };
  });
}

/** Ratios are relative to the base: 2.0 means twice its processor time, or twice its requests per second. */
export function print(summary) {
  const row = (...cells) => console.log(cells.map((cell, i) => (i < 2 ? cell.padEnd(19) : cell.padStart(14))).join(''));
  row('', '', 'µs for each', 'more', 'ratio', '', 'in a second', 'ratio');
  const ratio = (values) => (values.length > 0 ? median(values).toFixed(2) : '');
  for (const { load, subject, perSecond, rateRatios, micros, microsRatios, differences } of summary) {
    const spread = microsRatios.length > 0 ? range(microsRatios, 2) : '';
    const more = differences.length > 0 ? median(differences).toFixed(1) : '';
    row(
      load,
      subject,
      micros?.toFixed(1) ?? '',
      more,
      ratio(microsRatios),
      spread,
      perSecond.toFixed(0),
      ratio(rateRatios),
    );
  }
}
