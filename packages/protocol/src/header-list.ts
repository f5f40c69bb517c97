/** Headers in their order, as Node and undici take them: name, value, name, value. Names are in any case. */
export type HeaderList = readonly string[];

/** The first value of a header; `name` is in lower case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  const at = headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

/** All values of a header, in their order; `name` is in lower case. */
export const headerValues = (headers: HeaderList, name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);

/** The list without the headers for which `isLeftOut` returns true. `isLeftOut` gets names in lower case. */
export const withoutHeaders = (headers: HeaderList, isLeftOut: (name: string) => boolean): string[] =>
  headers.filter((_, index) => !isLeftOut((headers[index - (index % 2)] as string).toLowerCase()));

/** The list with mapped values. `map` gets names in lower case. */
export const mapHeaders = (headers: HeaderList, map: (name: string, value: string) => string): string[] =>
  headers.map((each, index) => (index % 2 === 0 ? each : map((headers[index - 1] as string).toLowerCase(), each)));
