/**
 * Where an object is not what it is wanted to be, as JSON pointers with what is there. What others added, and what the
 * server filled in, is no difference.
 */
export function differences(wanted: unknown, found: unknown, at = ''): string[] {
  if (Array.isArray(wanted)) return differentItems(wanted, found, at);
  if (isObject(wanted)) {
    return Object.entries(wanted).flatMap(([key, value]) => {
      // The server leaves out what is empty.
      const there = isObject(found) ? found[key] : undefined;
      return there === undefined && isEmpty(value) ? [] : differences(value, there, `${at}/${key}`);
    });
  }
  return Object.is(wanted, found) ? [] : [`${at}=${JSON.stringify(found)}`];
}

/** Items with names are matched by them, since another manager may add some; others are a whole. */
function differentItems(wanted: unknown[], found: unknown, at: string): string[] {
  if (!Array.isArray(found)) return [`${at}=${JSON.stringify(found)}`];
  if (wanted.length > 0 && wanted.every(isNamed)) {
    return wanted.flatMap((item) =>
      differences(
        item,
        found.find((other) => isNamed(other) && other.name === item.name),
        `${at}/${item.name}`,
      ),
    );
  }
  if (wanted.length !== found.length) return [`${at}=${JSON.stringify(found)}`];
  return wanted.flatMap((item, index) => differences(item, found[index], `${at}/${index}`));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is { name: string } => isObject(value) && typeof value['name'] === 'string';
const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
