import type { CatalogueFile } from '../support/gateway.js';

/** A third-party server, as its own README starts it for streamable HTTP. */
export interface ThirdParty {
  /** The name of the adapter. */
  name: string;
  registry: 'npm' | 'PyPI';
  package: string;
  version: string;
  /** The program in the package. */
  program: string;
  args: string[];
  env?: Record<string, string>;
  /** The requirements of the server, for docs/interoperability.md. */
  needs: string;
  /** The result contains this text. Without a call, every tool needs the network or another thing that the test lacks. */
  call?: { tool: string; args: Record<string, unknown>; text: string };
}

const NOTHING = 'nothing';
const PORT = ['--port', '{port}'];
const ANSWER = { sql: 'SELECT 6 * 7 AS answer' };

/** Files that servers read, by name; they are in the folder that replaces HOME in the entries. */
export const FILES = {
  kubeconfig: `apiVersion: v1
kind: Config
clusters: [{ name: none, cluster: { server: "http://127.0.0.1:1" } }]
users: [{ name: none, user: {} }]
contexts: [{ name: none, context: { cluster: none, user: none } }]
current-context: none
`,
  'server.py': `from fastmcp import FastMCP

mcp = FastMCP("Demo 🚀")

@mcp.tool
def add(a: int, b: int) -> int:
    """Add two numbers"""
    return a + b
`,
};

export const THIRD_PARTY: ThirdParty[] = [
  {
    name: 'playwright',
    registry: 'npm',
    package: '@playwright/mcp',
    version: '0.0.83',
    program: 'playwright-mcp',
    args: PORT,
    needs: 'nothing; it refuses `/healthz`, so its port is checked, and takes no `Host` but `localhost`',
    call: { tool: 'browser_close', args: {}, text: '###' }, // the same text with and without a browser
  },
  {
    name: 'everything',
    registry: 'npm',
    package: '@modelcontextprotocol/server-everything',
    version: '2026.8.31',
    program: 'mcp-server-everything',
    args: ['streamableHttp'],
    needs: NOTHING,
    call: { tool: 'echo', args: { message: 'grüße' }, text: 'Echo: grüße' },
  },
  {
    name: 'budget-allocator',
    registry: 'npm',
    package: '@modelcontextprotocol/server-budget-allocator',
    version: '2.0.3',
    program: 'mcp-budget-allocator-server',
    args: [],
    needs: NOTHING,
    call: { tool: 'get-budget-data', args: {}, text: 'Budget Allocator Configuration' },
  },
  {
    name: 'context7',
    registry: 'npm',
    package: '@upstash/context7-mcp',
    version: '4.1.1',
    program: 'context7-mcp',
    args: ['--transport', 'http', ...PORT],
    needs: NOTHING,
  },
  {
    name: 'mongodb',
    registry: 'npm',
    package: 'mongodb-mcp-server',
    version: '3.0.4',
    program: 'mongodb-mcp-server',
    args: ['--transport', 'http', '--httpPort', '{port}'],
    needs: NOTHING,
    call: { tool: 'list-connections', args: {}, text: 'no active connections' },
  },
  {
    name: 'dbhub',
    registry: 'npm',
    package: '@bytebase/dbhub',
    version: '1.4.0',
    program: 'dbhub',
    args: ['--transport', 'http', ...PORT, '--demo'],
    needs: NOTHING,
    call: { tool: 'execute_sql', args: ANSWER, text: '42' },
  },
  {
    name: 'kubernetes',
    registry: 'npm',
    package: 'kubernetes-mcp-server',
    version: '0.0.67',
    program: 'kubernetes-mcp-server',
    args: PORT,
    env: { KUBECONFIG: 'HOME/kubeconfig' },
    needs: 'a kubeconfig file',
    call: { tool: 'configuration_view', args: {}, text: 'current-context: none' },
  },
  {
    name: 'fastmcp',
    registry: 'PyPI',
    package: 'fastmcp',
    version: '4.1.2',
    program: 'fastmcp',
    args: ['run', 'HOME/server.py', '--transport', 'http', ...PORT],
    needs: NOTHING,
    call: { tool: 'add', args: { a: 40, b: 2 }, text: '42' },
  },
  {
    name: 'duckduckgo',
    registry: 'PyPI',
    package: 'duckduckgo-mcp-server',
    version: '0.7.0',
    program: 'duckduckgo-mcp-server',
    args: ['--transport', 'streamable-http', ...PORT],
    needs: 'nothing; it checks `Host` and `Origin`, and gets its own',
  },
  {
    name: 'markitdown',
    registry: 'PyPI',
    package: 'markitdown-mcp',
    version: '0.0.1a8',
    program: 'markitdown-mcp',
    args: ['--http', '--host', '127.0.0.1', ...PORT],
    needs: 'nothing; it is mounted in Starlette, whose redirect from `/mcp` to `/mcp/` is followed',
    call: { tool: 'convert_to_markdown', args: { uri: 'data:text/plain,hello' }, text: 'hello' },
  },
  {
    name: 'excel',
    registry: 'PyPI',
    package: 'excel-mcp-server',
    version: '2.2.2',
    program: 'excel-mcp-server',
    args: ['streamable-http', ...PORT],
    needs: NOTHING,
    call: { tool: 'list_workbooks', args: {}, text: '{}' },
  },
  {
    name: 'duckdb',
    registry: 'PyPI',
    package: 'mcp-server-motherduck',
    version: '1.1.0',
    program: 'mcp-server-motherduck',
    args: ['--transport', 'http', '--db-path', ':memory:', '--read-write', ...PORT],
    needs: NOTHING,
    call: { tool: 'execute_query', args: ANSWER, text: '42' },
  },
];

/** Its catalogue entry, with the command that runs its program. */
export function entryOf({ args, env }: ThirdParty, [command, ...first]: string[], home: string): CatalogueFile[string] {
  const here = (text: string) => text.replace(/^HOME\//, `${home}/`);
  return {
    command: command as string,
    args: [...first, ...args.map(here)],
    ...(env && { env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)])) }),
  };
}

/** Its row of the table in docs/interoperability.md, with single spaces. */
export function rowOf({ registry, package: name, version, program, args, needs }: ThirdParty): string {
  const started = [program, ...args].join(' ').replace('HOME/', '');
  return `| ${registry} \`${name}\` | ${version} | \`${started}\` | ${needs} |`;
}
