import fs from 'node:fs';
import { apart, browser, knownCycles, layers, packages, reserved } from './rules.mjs';

// Programs: the code that is built and runs. Tests may use more.
const PROGRAMS = '^(packages|services|servers)/';
const TESTS = ['\\.test\\.ts$', '^[^/]+/[^/]+/test/'];

// An empty list of patterns would match every file.
const NOTHING = '^$';

/** @param {string} text */
const escaped = (text) => text.replaceAll('.', '\\.');

/** @param {string} folder */
const inside = (folder) => `^${escaped(folder)}/`;

/**
 * A package of the workspace, by its folder or, where it is not installed, by its name. With a path: the sources of the
 * entry that it exports under that path.
 * @param {string} entry
 */
function workspacePackage(entry) {
  const [name, path] = entry.split('/');
  if (!path) return [`^packages/${name}/`, `^@mcp-gateway/${name}(/|$)`];
  const manifest = fs.readFileSync(new URL(`../../packages/${name}/package.json`, import.meta.url), 'utf8');
  /** @type {{ exports: Record<string, { 'mcp-gateway-source': string }> }} */
  const { exports } = JSON.parse(manifest);
  return Object.entries(exports)
    .filter(([exported]) => `${exported}/`.startsWith(`./${path}/`))
    .map(([, { 'mcp-gateway-source': source }]) => `^packages/${name}/${escaped(source.slice(2))}$`);
}

/**
 * An installed package, by its folder or, where it is not installed, by its name; `@prisma/*` is a whole scope.
 * @param {string} name
 */
const installedPackage = (name) => `(^|node_modules/)${escaped(name).replace(/\/\*$/, '/[^/]+')}(/|$)`;

/**
 * The files of a name in `layers`: a folder, or a file.
 * @param {string} folder
 * @param {string} name
 */
const layerEntry = (folder, name) => `^${escaped(folder)}/${name}(/|\\.ts$)`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const rules = [
  ...Object.entries(packages).map(([folder, imports]) => ({
    name: `${folder} imports only its packages`,
    comment: `Packages that it may import: ${imports.join(', ') || 'none'} (\`packages\` in test/boundaries/rules.mjs).`,
    from: { path: inside(folder) },
    to: { path: [PROGRAMS, '^@mcp-gateway/'], pathNot: [inside(folder), ...imports.flatMap(workspacePackage)] },
  })),
  {
    name: 'every package has a row',
    comment: 'Say in `packages` of test/boundaries/rules.mjs what this package may import.',
    from: { path: PROGRAMS, pathNot: Object.keys(packages).map(inside) },
    to: {},
  },
  ...Object.entries(reserved).map(([folder, names]) => ({
    name: `only ${folder} imports ${names.join(', ')}`,
    comment: `Import what ${folder} exports instead.`,
    from: { pathNot: inside(folder) },
    to: { path: names.map(installedPackage) },
  })),
  ...Object.entries(browser).map(([folder, names]) => ({
    name: `${folder} runs in a browser`,
    comment: `It imports ${names.join(', ')} and nothing else, no module of Node.js either.`,
    from: { path: inside(folder), pathNot: TESTS },
    to: { pathNot: [inside(folder), ...names.map(installedPackage)] },
  })),
  ...Object.entries(layers).flatMap(([folder, lines]) =>
    lines.slice(1).map((line, index) => ({
      name: `${line.join(', ')} of ${folder} import downwards`,
      comment: `The order is: ${lines.map((names) => names.join(', ')).join(' → ')}.`,
      from: { path: line.map((name) => layerEntry(folder, name)), pathNot: TESTS },
      to: { path: lines.slice(0, index + 1).flatMap((names) => names.map((name) => layerEntry(folder, name))) },
    })),
  ),
  ...Object.entries(layers).map(([folder, lines]) => ({
    name: `everything in ${folder} has a place`,
    comment: 'Give this file or folder a place in `layers` of test/boundaries/rules.mjs.',
    from: {
      path: inside(folder),
      pathNot: [...TESTS, ...lines.flat().map((name) => layerEntry(folder, name))],
    },
    to: {},
  })),
  ...apart
    .flatMap(([one, other]) => [
      [one, other],
      [other, one],
    ])
    .map(([from = '', to = '']) => ({
      name: `${from} does not import ${to}`,
      comment: 'Put what both need into the folder above them.',
      from: { path: inside(from) },
      to: { path: inside(to) },
    })),
  {
    name: 'packages are imported by name',
    comment: 'Import a package by its name and what it exports, not by a path into it.',
    from: { path: '^([^/]+/[^/]+)/', pathNot: '^test/[^/]+/support/sources\\.ts$' },
    to: { dependencyTypes: ['local'], path: PROGRAMS, pathNot: '^$1/' },
  },
  {
    name: 'packages are imported by name',
    comment: 'The tests of a service import its sources through this file, and through no package.',
    from: { path: '^test/[^/]+/support/sources\\.ts$' },
    to: { dependencyTypes: ['local'], path: PROGRAMS, pathNot: '^services/[^/]+/(src|test)/' },
  },
  {
    name: 'packages are imported by name',
    comment: 'Import what the package exports.',
    from: {},
    to: { path: '^@mcp-gateway/[^/]+/(src|dist)(/|$)' },
  },
  {
    name: 'programs import no tests',
    comment: 'Move what a program needs out of test/ and bench/.',
    from: { path: PROGRAMS, pathNot: TESTS },
    to: { path: ['^(test|bench)/', '\\.test\\.ts$'] },
  },
  {
    name: 'programs do not create a require',
    comment: 'A module that `createRequire` loads escapes these rules: import it.',
    from: { path: PROGRAMS, pathNot: [...TESTS, inside('packages/database')] },
    to: { path: '^(node:)?module$' },
  },
  {
    name: 'no cycles',
    comment: 'Imports of types count. Move what both files need into a third one.',
    from: { pathNot: [NOTHING, ...knownCycles.map((file) => `^${escaped(file)}$`)] },
    to: { circular: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: rules.map((rule) => ({ ...rule, severity: /** @type {const} */ ('error') })),
  options: {
    exclude: { path: '^\\.data/' },
    doNotFollow: { path: ['(^|/)node_modules/', '(^|/)dist/', '/src/generated/'] },
    parser: 'tsc',
    tsPreCompilationDeps: true, // imports of types too
    detectJSDocImports: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['mcp-gateway-source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
