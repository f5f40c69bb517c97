import { type Command, Option } from 'commander';
import { usageError } from './exit.js';
import type { Wanted } from './contexts.js';
import { outputFormat, type OutputFormat } from './output.js';

/** Seconds, minutes or hours in milliseconds: `30s`, `5m`, `2h`, or a number of seconds. */
export function durationMs(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
  if (number === '') throw usageError(`"${text}" is not a duration: use 30s, 5m or 2h.`);
  return Number(number) * { s: 1_000, m: 60_000, h: 3_600_000 }[(unit || 's') as 's' | 'm' | 'h'];
}

/** The flags of every command, as commander reads them. */
interface GlobalFlags {
  gateway?: string;
  context?: string;
  as?: string;
  roles?: string;
  output?: string;
  headers: boolean;
  timeout?: string;
}

/** The variables of the environment that the command reads; main.ts hands them over. */
export type Variables = Partial<
  Record<
    | 'MCP_GATEWAY_URL'
    | 'MCP_GATEWAY_CONTEXT'
    | 'MCP_GATEWAY_API_KEY'
    | 'MCP_GATEWAY_API_KEY_FILE'
    | 'MCP_GATEWAY_TOKEN'
    | 'MCP_GATEWAY_TOKEN_FILE'
    | 'MCP_GATEWAY_CONFIG'
    | 'MCP_GATEWAY_HOST'
    | 'MCP_GATEWAY_LOG_LEVEL'
    | 'PORT'
    | 'NO_COLOR'
    | 'XDG_CONFIG_HOME'
    | 'APPDATA'
    // Of MCP clients, which keep their files there.
    | 'CODEX_HOME'
    | 'COPILOT_HOME'
    | 'CLINE_MCP_SETTINGS_PATH',
    string
  >
>;

export function addGlobalFlags(program: Command): void {
  program
    .addOption(
      new Option('-g, --gateway <url>', 'the gateway to call, instead of the one of a context').helpGroup(
        'Global options:',
      ),
    )
    .addOption(
      new Option('--context <name>', 'the context to use, see `mcp-gateway contexts`').helpGroup('Global options:'),
    )
    .addOption(
      new Option('-o, --output <format>', 'table, wide, json, yaml, name, or jsonpath=EXPRESSION').helpGroup(
        'Global options:',
      ),
    )
    .addOption(new Option('--no-headers', 'tables without their first line').helpGroup('Global options:'))
    .addOption(
      new Option('--timeout <duration>', 'how long one request may take, such as 10s')
        .default('30s')
        .helpGroup('Global options:'),
    )
    .addOption(new Option('--as <user>', 'with development sign-in: who calls').helpGroup('Global options:'))
    .addOption(
      new Option('--roles <roles>', 'with development sign-in: the roles of the caller, separated by commas').helpGroup(
        'Global options:',
      ),
    );
}

export interface Globals {
  wanted: Wanted;
  output: OutputFormat;
  headers: boolean;
  timeoutMs: number;
}

/** @throws CliError (usage) */
export function globalsOf(command: Command, variables: Variables): Globals {
  const { gateway, context, as, roles, output, headers, timeout = '30s' } = command.optsWithGlobals<GlobalFlags>();
  return {
    wanted: {
      gateway,
      context,
      as,
      roles,
      variables: {
        gateway: variables.MCP_GATEWAY_URL,
        context: variables.MCP_GATEWAY_CONTEXT,
        apiKey: variables.MCP_GATEWAY_API_KEY,
        apiKeyFile: variables.MCP_GATEWAY_API_KEY_FILE,
        token: variables.MCP_GATEWAY_TOKEN,
        tokenFile: variables.MCP_GATEWAY_TOKEN_FILE,
      },
    },
    output: outputFormat(output),
    headers,
    timeoutMs: durationMs(timeout),
  };
}
