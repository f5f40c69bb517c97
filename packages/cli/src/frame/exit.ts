import { ConnectionError, GatewayError } from '@mcp-gateway/client';
import { CommanderError } from 'commander';
import { inCommands } from './in-commands.js';
import { harmless } from './terminal.js';

/** What the exit code of the command says; docs/cli.md lists them for users. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  signIn: 3,
  notFound: 4,
  conflict: 5,
  timeLimit: 6,
  unavailable: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error of the command itself. The message says in a sentence what is wrong, `remedy` what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly remedy: string | undefined;
  readonly exit: ExitCode;

  constructor(
    message: string,
    { remedy, exit = EXIT.failed, cause }: { remedy?: string; exit?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.remedy = remedy;
    this.exit = exit;
  }
}

export const usageError = (message: string, remedy?: string): CliError =>
  new CliError(message, { exit: EXIT.usage, ...(remedy && { remedy }) });

/** How the command ends after an error. */
export interface Failure {
  exit: ExitCode;
  /** For standard error; empty when the message is written already or nobody needs one. */
  message: string;
}

const BY_STATUS: Record<number, ExitCode> = {
  401: EXIT.signIn,
  403: EXIT.signIn,
  404: EXIT.notFound,
  409: EXIT.conflict,
  412: EXIT.conflict,
  502: EXIT.unavailable,
  503: EXIT.unavailable,
  504: EXIT.unavailable,
};

/** What to do in terms of this command, where the answer of the gateway speaks of HTTP. */
const REMEDY_BY_CODE: Partial<Record<GatewayError['code'], string>> = {
  SIGN_IN_REQUIRED:
    'Sign in with `mcp-gateway login`, or set MCP_GATEWAY_API_KEY or MCP_GATEWAY_TOKEN. `mcp-gateway doctor` says what the gateway accepts.',
  EDIT_CONFLICT: 'Get it again, repeat your change, and send it.',
  UNKNOWN: 'Check the URL (`mcp-gateway doctor`): something else than an MCP Gateway may answer there.',
};

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CommanderError) return { exit: thrown.exitCode === 0 ? EXIT.done : EXIT.usage, message: '' };
  if (thrown instanceof CliError) return { exit: thrown.exit, message: sentences(thrown.message, thrown.remedy) };
  if (thrown instanceof GatewayError)
    return { exit: BY_STATUS[thrown.status] ?? EXIT.failed, message: answered(thrown) };
  if (thrown instanceof ConnectionError) {
    const exit = thrown.reason === 'timeout' ? EXIT.timeLimit : EXIT.unavailable;
    const remedy =
      thrown.reason === 'timeout'
        ? 'Raise --timeout, or try again later.'
        : 'Is the gateway running, and is --gateway its URL? `mcp-gateway doctor` looks closer.';
    return { exit, message: sentences(thrown.message, remedy) };
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') return { exit: EXIT.interrupted, message: '' };
  return { exit: EXIT.failed, message: sentences(thrown instanceof Error ? thrown.message : String(thrown)) };
}

function answered(error: GatewayError): string {
  const faults = error.errors.map(({ pointer, parameter, detail }) => `\n  ${pointer ?? parameter ?? ''} ${detail}`);
  const what = faults.length > 0 ? `${error.title}:${faults.join('')}` : error.message;
  const remedy = REMEDY_BY_CODE[error.code] ?? (error.detail ? undefined : error.remedy);
  const id = error.requestId === undefined || error.status < 500 ? '' : ` (request ${error.requestId})`;
  return sentences(inCommands(what) + id, remedy && inCommands(remedy));
}

/** Messages quote servers. */
const sentences = (message: string, remedy?: string): string =>
  harmless(remedy ? `${message}${/[.!?:]$/.test(message) ? '' : '.'}\n${remedy}` : message);
