import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** What may follow the last property of an object in its line: a comma, a comment, both or neither. */
const REST_OF_LINE = /^[ \t]*(,?)[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)?/;

/**
 * The text with the value at the path, and nothing else changed: not even the spaces of what stands beside it, which the
 * formatter of jsonc-parser changes.
 * @throws Error when it is no JSON with comments, or has something else on the path
 */
export function mergeJson(text: string, path: readonly string[], value: object): string {
  const before = text.trim() === '' ? '{}\n' : text;
  const errors: ParseError[] = [];
  const root = parseTree(before, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) throw new Error(`it is no JSON: ${printParseErrorCode(first.error)} ${placeOf(before, first.offset)}`);
  if (root?.type !== 'object') throw new Error('it is no JSON object');
  return applyEdits(before, editsFor(before, root, path, value));
}

function editsFor(text: string, root: Node, path: readonly string[], value: object): Edit[] {
  const style = styleOf(text);
  const there = findNodeAtLocation(root, [...path]);
  if (there) {
    if (JSON.stringify(getNodeValue(there)) === JSON.stringify(value)) return [];
    return [{ offset: there.offset, length: there.length, content: styled(value, path.length, style) }];
  }
  // The innermost object that there is gets the rest of the path.
  let depth = path.length - 1;
  while (depth > 0 && !findNodeAtLocation(root, path.slice(0, depth))) depth--;
  const parent = depth === 0 ? root : findNodeAtLocation(root, path.slice(0, depth));
  if (parent?.type !== 'object') throw new Error(`its ${path.slice(0, depth).join('.')} is no object`);
  const inner = path.slice(depth + 1).reduceRight<object>((made, key) => ({ [key]: made }), value);
  const property = `${JSON.stringify(path[depth])}: ${styled(inner, depth + 1, style)}`;
  return insertion(text, parent, property, depth, style);
}

function insertion(text: string, parent: Node, property: string, depth: number, { indent, eol }: Style): Edit[] {
  const [line, close] = [eol + indent.repeat(depth + 1), eol + indent.repeat(depth)];
  const last = parent.children?.at(-1);
  const end = parent.offset + parent.length - 1;
  if (!last) {
    const inside = text.slice(parent.offset + 1, end).trimEnd();
    return [{ offset: parent.offset + 1, length: end - parent.offset - 1, content: inside + line + property + close }];
  }
  const after = last.offset + last.length;
  const [rest = '', comma] = REST_OF_LINE.exec(text.slice(after, end)) ?? [];
  const at = after + rest.length;
  const closes = text.slice(at, end).includes('\n') ? '' : close;
  return [
    ...(comma ? [] : [{ offset: after, length: 0, content: ',' }]),
    { offset: at, length: 0, content: `${line}${property}${comma}${closes}` },
  ];
}

interface Style {
  indent: string;
  eol: string;
}

/** Indentation and line ends that the file has already. */
const styleOf = (text: string): Style => ({
  indent: /\n([ \t]+)["']/.exec(text)?.[1] ?? '  ',
  eol: text.includes('\r\n') ? '\r\n' : '\n',
});

const styled = (value: object, depth: number, { indent, eol }: Style): string =>
  JSON.stringify(value, null, indent).replaceAll('\n', eol + indent.repeat(depth));

function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `in line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
