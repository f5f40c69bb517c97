import { bearer, inApplicationData, inFolderOf, inHome, type McpClient, plainStdio } from './definition.js';

const braces = (name: string) => `\${${name}}`;
const envBraces = (name: string) => `\${env:${name}}`;
const secretBraces = (name: string) => `\${{ secrets.${name} }}`;

/** Every client that `clients` knows. Each row follows the page in `docs`. */
export const CLIENTS: readonly McpClient[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    docs: 'https://modelcontextprotocol.io/docs/develop/connect-local-servers',
    format: 'jsonc',
    file: inApplicationData('Claude', 'claude_desktop_config.json'),
    servers: ['mcpServers'],
    stdio: plainStdio,
    next: 'Quit Claude Desktop and start it again.',
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    docs: 'https://code.claude.com/docs/en/mcp',
    format: 'jsonc',
    file: inHome('.claude.json'),
    projectFile: '.mcp.json',
    servers: ['mcpServers'],
    http: (entry) => ({ type: 'http', url: entry.url, ...bearer(entry, braces) }),
    stdio: (entry) => ({ type: 'stdio', ...plainStdio(entry) }),
    variable: braces,
    command: (entry) =>
      entry.kind === 'stdio'
        ? ['claude', 'mcp', 'add', '--scope', 'user', entry.name, '--', entry.command, ...entry.args]
        : [
            'claude',
            'mcp',
            'add',
            '--transport',
            'http',
            '--scope',
            'user',
            entry.name,
            entry.url,
            ...(entry.apiKeyVariable ? ['--header', `Authorization: Bearer \${${entry.apiKeyVariable}}`] : []),
          ],
    next: 'Start a new session. /mcp shows the server, and signs in.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    docs: 'https://cursor.com/docs/mcp',
    format: 'jsonc',
    file: inHome('.cursor', 'mcp.json'),
    projectFile: '.cursor/mcp.json',
    servers: ['mcpServers'],
    http: (entry) => ({ url: entry.url, ...bearer(entry, envBraces) }),
    stdio: plainStdio,
    variable: envBraces,
    link(name, value) {
      const config = Buffer.from(JSON.stringify(value)).toString('base64');
      return `cursor://anysphere.cursor-deeplink/mcp/install?${new URLSearchParams({ name, config }).toString()}`;
    },
    next: 'Cursor reads the file at once. Settings, Tools & MCP shows the server, and signs in.',
  },
  {
    id: 'vscode',
    title: 'VS Code (GitHub Copilot)',
    docs: 'https://code.visualstudio.com/docs/agents/reference/mcp-configuration',
    format: 'jsonc',
    file: inApplicationData('Code', 'User', 'mcp.json'),
    projectFile: '.vscode/mcp.json',
    servers: ['servers'],
    http: (entry) => ({ type: 'http', url: entry.url, ...bearer(entry, envBraces) }),
    stdio: (entry) => ({ type: 'stdio', ...plainStdio(entry) }),
    variable: envBraces,
    link: (name, value) => `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...value }))}`,
    next: 'Run "MCP: List Servers" and start the server. VS Code then signs in.',
  },
  {
    id: 'cline',
    title: 'Cline',
    docs: 'https://docs.cline.bot/mcp/mcp-overview',
    format: 'jsonc',
    file: (machine) =>
      machine.env['CLINE_MCP_SETTINGS_PATH'] ??
      inHome('.cline', 'data', 'settings', 'cline_mcp_settings.json')(machine),
    servers: ['mcpServers'],
    http: ({ url }) => ({ type: 'streamableHttp', url, disabled: false }),
    stdio: (entry) => ({ ...plainStdio(entry), disabled: false }),
    next: 'Cline reads the file at once. Versions before 4 have it elsewhere: MCP Servers, Configure opens it.',
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    docs: 'https://docs.windsurf.com/windsurf/cascade/mcp',
    format: 'jsonc',
    file: inHome('.codeium', 'windsurf', 'mcp_config.json'),
    servers: ['mcpServers'],
    http: (entry) => ({ serverUrl: entry.url, ...bearer(entry, envBraces) }),
    stdio: plainStdio,
    variable: envBraces,
    next: 'Press Refresh in the MCP panel of Cascade.',
  },
  {
    id: 'continue',
    title: 'Continue',
    docs: 'https://docs.continue.dev/customize/deep-dives/mcp',
    format: 'yaml',
    file: inHome('.continue', 'config.yaml'),
    servers: ['mcpServers'],
    http(entry) {
      const { headers } = bearer(entry, secretBraces);
      return { type: 'streamable-http', url: entry.url, ...(headers && { requestOptions: { headers } }) };
    },
    stdio: (entry) => ({ type: 'stdio', ...plainStdio(entry) }),
    variable: secretBraces,
    next: 'Reload the configuration in Continue. It reads secrets from ~/.continue/.env.',
  },
  {
    id: 'zed',
    title: 'Zed',
    docs: 'https://zed.dev/docs/ai/mcp',
    format: 'jsonc',
    file: (machine) =>
      machine.platform === 'darwin'
        ? inHome('.config', 'zed', 'settings.json')(machine)
        : inApplicationData(machine.platform === 'win32' ? 'Zed' : 'zed', 'settings.json')(machine),
    projectFile: '.zed/settings.json',
    servers: ['context_servers'],
    http: ({ url }) => ({ url }),
    stdio: plainStdio,
    next: 'Zed reads the file at once. Settings, AI, MCP Servers shows the server, and signs in.',
  },
  {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    docs: 'https://geminicli.com/docs/tools/mcp-server/',
    format: 'jsonc',
    file: inHome('.gemini', 'settings.json'),
    projectFile: '.gemini/settings.json',
    servers: ['mcpServers'],
    http: (entry) => ({ httpUrl: entry.url, ...bearer(entry, braces) }),
    stdio: plainStdio,
    variable: braces,
    next: 'Start Gemini CLI again. /mcp auth NAME signs in.',
  },
  {
    id: 'codex',
    title: 'Codex CLI',
    docs: 'https://developers.openai.com/codex/mcp',
    format: 'toml',
    file: inFolderOf('CODEX_HOME', '.codex', 'config.toml'),
    projectFile: '.codex/config.toml',
    servers: ['mcp_servers'],
    http: ({ url, apiKeyVariable }) => ({ url, ...(apiKeyVariable && { bearer_token_env_var: apiKeyVariable }) }),
    stdio: plainStdio,
    variable: (name) => name,
    command: (entry) =>
      entry.kind === 'stdio'
        ? ['codex', 'mcp', 'add', entry.name, '--', entry.command, ...entry.args]
        : [
            'codex',
            'mcp',
            'add',
            entry.name,
            '--url',
            entry.url,
            ...(entry.apiKeyVariable ? ['--bearer-token-env-var', entry.apiKeyVariable] : []),
          ],
    next: 'Start Codex again. "codex mcp login NAME" signs in.',
  },
  {
    id: 'copilot',
    title: 'GitHub Copilot CLI',
    docs: 'https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers',
    format: 'jsonc',
    file: inFolderOf('COPILOT_HOME', '.copilot', 'mcp-config.json'),
    projectFile: '.mcp.json',
    servers: ['mcpServers'],
    http: ({ url }) => ({ type: 'http', url, tools: ['*'] }),
    stdio: (entry) => ({ type: 'local', ...plainStdio(entry), tools: ['*'] }),
    next: 'Start Copilot again. /mcp show lists the server. In VS Code, Copilot uses the servers of VS Code.',
  },
];

/** @throws Error that lists the clients */
export function clientOf(id: string): McpClient {
  const found = CLIENTS.find((client) => client.id === id.toLowerCase());
  if (found) return found;
  throw new Error(`there is no client ${JSON.stringify(id)}; there are ${CLIENTS.map((each) => each.id).join(', ')}`);
}
