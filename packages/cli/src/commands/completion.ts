import { Argument, Command } from 'commander';
import { openSession } from '../frame/session.js';
import { globalsOf } from '../frame/flags.js';
import { local, type Surroundings } from '../frame/frame.js';
import { write } from '../frame/terminal.js';
import { kindOf, kinds } from './kinds.js';
import { namesOf } from './observe.js';

/** Completion offers no names if the gateway takes longer to list them. */
const NAMES_MS = 2_000;

/** Each asks `mcp-gateway __complete`, with the words of the line so far, of which the last may be empty. */
const SCRIPTS = {
  bash: `_mcp_gateway() {
  local IFS=$'\\n'
  COMPREPLY=($(mcp-gateway __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _mcp_gateway mcp-gateway
`,
  zsh: `#compdef mcp-gateway
_mcp_gateway() {
  local -a found
  found=("\${(@f)$(mcp-gateway __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _mcp_gateway mcp-gateway
`,
  fish: `complete -c mcp-gateway -f -a '(mcp-gateway __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName mcp-gateway -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '""' }
  mcp-gateway __complete -- $words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
} as const;

/** `mcp-gateway completion`. */
export const completionCommand = (surroundings: Surroundings): Command =>
  new Command('completion')
    .description('print a script that completes commands, flags and names in a shell')
    .addArgument(
      new Argument('<shell>', 'for instance: source <(mcp-gateway completion bash)').choices(Object.keys(SCRIPTS)),
    )
    .action(
      local(surroundings, async ({ terminal }, shell: keyof typeof SCRIPTS) => write(terminal.stdout, SCRIPTS[shell])),
    );

/** What the scripts call. */
export function completeCommand(surroundings: Surroundings): Command {
  const command = new Command('__complete').argument('[words...]').allowUnknownOption();
  return command.action(async (words: string[]) => {
    const found = await candidates(command.parent as Command, words.length > 0 ? words : [''], surroundings);
    await write(surroundings.terminal.stdout, found.map((each) => `${each}\n`).join(''));
  });
}

/** What may stand in place of the last word: subcommands, flags, values of flags, or names of resources. */
async function candidates(program: Command, words: readonly string[], surroundings: Surroundings): Promise<string[]> {
  const before = words.slice(0, -1);
  const word = (words.at(-1) ?? '').replace(/^""$/, '');
  let command = program;
  for (const each of before)
    command = command.commands.find((sub) => sub.name() === each || sub.aliases().includes(each)) ?? command;
  const all = await valuesAt(program, command, before, word, surroundings);
  return all.filter((each) => each.startsWith(word)).toSorted();
}

async function valuesAt(
  program: Command,
  command: Command,
  before: readonly string[],
  word: string,
  surroundings: Surroundings,
): Promise<string[]> {
  const flags = [...command.options, ...program.options];
  const last = flags.find(
    ({ long, short, required, optional }) => (required || optional) && [long, short].includes(before.at(-1) ?? '-'),
  );
  if (last?.long === '--output') return ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath='];
  if (last?.long === '--context') return (await surroundings.contexts.read()).contexts.map(({ name }) => name);
  if (last?.long === '--for') return ['ready', 'deleted'];
  if (last) return last.argChoices ?? [];
  if (word.startsWith('-')) return flags.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  const subcommands = command.commands.map((sub) => sub.name()).filter((name) => !name.startsWith('_'));
  if (subcommands.length > 0) return subcommands;
  const [argument] = command.registeredArguments;
  if (argument?.argChoices) return [...argument.argChoices];
  return argument ? names(program, command, word, surroundings).catch(() => []) : [];
}

/** Names of resources, from the gateway; none when it does not answer soon. */
async function names(
  program: Command,
  command: Command,
  word: string,
  { contexts: file, variables, version, fetch }: Surroundings,
): Promise<string[]> {
  if (command.parent?.name() === 'contexts') return (await file.read()).contexts.map(({ name }) => name);
  const { wanted } = globalsOf(program, variables);
  const { client } = await openSession({
    file,
    wanted,
    timeoutMs: NAMES_MS,
    userAgent: `mcp-gateway/${version}`,
    ...(fetch && { fetch }),
  });
  const kind = kindOf(command.parent?.name() ?? '');
  if (kind) return command.name() === 'create' ? [] : namesOf(client, kind.plural);
  if (['sessions'].includes(command.parent?.name() ?? '') || command.name() === 'call')
    return namesOf(client, 'adapter');
  if (!['status', 'logs', 'wait', 'explain'].includes(command.name())) return [];
  const [, prefix] = /^(\w+)\//.exec(word) ?? [];
  if (prefix) return (await namesOf(client, prefix)).map((name) => `${prefix}/${name}`);
  return [
    ...(await namesOf(client, 'adapter')),
    ...kinds.filter(({ key }) => key === 'name').map(({ singular }) => `${singular}/`),
  ];
}
