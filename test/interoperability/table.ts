import { FEATURES, type Feature, type Outcomes } from './features.js';

/** The outcomes of one client on one server, each way. */
export interface Cell {
  client: string;
  server: string;
  direct: Outcomes;
  through: Outcomes;
}

const REASON_LENGTH = 160;
const SIGN = { works: 'yes', cannot: '–', fails: 'FAILS' };

/** Every feature whose result differs through the gateway. */
export const differences = ({ direct, through }: Cell): string[] =>
  FEATURES.filter((feature) => direct[feature].result !== through[feature].result).map(
    (feature) => `${feature}: directly ${describe(direct[feature])}, through the gateway ${describe(through[feature])}`,
  );

const describe = ({ result, why }: Outcomes['tools']) => (why === undefined ? result : `${result} (${why})`);

/** A table in Markdown for each server: the features that each client can use through the gateway, and without it. */
export function tables(cells: readonly Cell[]): string {
  const servers = [...new Set(cells.map(({ server }) => server))];
  return servers.map((server) => table(cells.filter((cell) => cell.server === server))).join('\n\n');
}

function table(cells: readonly Cell[]): string {
  const rows = FEATURES.map((feature) => [feature, ...cells.map((cell) => sign(cell, feature))]);
  const head = [cells[0]?.server ?? '', ...cells.map(({ client }) => client)];
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: string[], filler = ' ') =>
    `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0, filler)).join(' | ')} |`;
  return [line(head), line(Array<string>(head.length).fill(''), '-'), ...rows.map((row) => line(row))].join('\n');
}

function sign({ direct, through }: Cell, feature: Feature): string {
  const [one, other] = [SIGN[direct[feature].result], SIGN[through[feature].result]];
  return one === other ? one : `${one} / ${other}`;
}

/** The reasons for missing features, once for each client and reason. */
export function reasons(cells: readonly Cell[]): string {
  const where = new Map<string, { features: Set<string>; servers: Set<string> }>();
  for (const { client, server, direct } of cells) {
    for (const feature of FEATURES) {
      const { result, why = '' } = direct[feature];
      if (result === 'works') continue;
      const reason = `${client}: ${why.replaceAll(/\s+/g, ' ').slice(0, REASON_LENGTH)}`;
      const found = where.get(reason) ?? { features: new Set(), servers: new Set() };
      where.set(reason, found);
      found.features.add(feature);
      found.servers.add(server);
    }
  }
  const list = (of: Set<string>) => [...of].join(', ');
  return Array.from(where, ([reason, of]) => `${list(of.features)} (${list(of.servers)}), ${reason}`)
    .toSorted()
    .join('\n');
}
