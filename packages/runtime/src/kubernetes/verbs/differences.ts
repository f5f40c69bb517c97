/**
 * Fields that belong to one manager as a whole (`x-kubernetes-map-type` and `x-kubernetes-list-type: atomic`), and to which
 * the server adds nothing: an apply takes away what others put in. All else that is atomic is a list of plain values.
 */
const ATOMIC = new Set(['selector', 'podSelector', 'namespaceSelector', 'labelSelector', 'nodeSelector', 'ingress']);

/**
 * Where an object is not what it is wanted to be, as JSON pointers with what is there. What others added, and what the
 * server filled in, is no difference, but in a field that is ours as a whole.
 */
export function differences(wanted: unknown, found: unknown, at = '', whole = false): string[] {
  if (Array.isArray(wanted)) return differentItems(wanted, found, at, whole);
  if (!isObject(wanted)) return Object.is(wanted, found) ? [] : [`${at}=${JSON.stringify(found)}`];
  const there = isObject(found) ? found : {};
  const added = whole ? Object.keys(there).filter((key) => !Object.hasOwn(wanted, key)) : [];
  return [...Object.keys(wanted), ...added].flatMap((key) => {
    const value = wanted[key];
    // The server leaves out what is empty.
    if (there[key] === undefined && isEmpty(value)) return [];
    return differences(value, there[key], `${at}/${key}`, whole || ATOMIC.has(key));
  });
}

/** Items with names are matched by them, since another manager may add some; others are a whole. */
function differentItems(wanted: unknown[], found: unknown, at: string, whole: boolean): string[] {
  if (!Array.isArray(found)) return [`${at}=${JSON.stringify(found)}`];
  if (wanted.length > 0 && wanted.every(isNamed)) {
    return wanted.flatMap((item) =>
      differences(
        item,
        found.find((other) => isNamed(other) && other.name === item.name),
        `${at}/${item.name}`,
        whole,
      ),
    );
  }
  if (wanted.length !== found.length) return [`${at}=${JSON.stringify(found)}`];
  return wanted.flatMap((item, index) => differences(item, found[index], `${at}/${index}`, whole));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is { name: string } => isObject(value) && typeof value['name'] === 'string';
const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
