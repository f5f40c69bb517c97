/** The default branch of an exhaustive switch: a new case in the union fails to compile here. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
