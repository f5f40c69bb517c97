import type { Command, Option } from 'commander';

const WIDTH = 100;

/** Between which lines docs/cli.md has the reference. */
export const MARKS = { begin: '<!-- reference -->', end: '<!-- /reference -->' };

/** Every command with its arguments and flags, as Markdown. */
export function referenceOf(program: Command): string {
  const commands = program.commands.filter((command) => !command.name().startsWith('_'));
  const flags = [...program.options].map((flag) => row(flag.flags, textOf(flag), program.options));
  const sections = [`### Flags of every command\n\n\`\`\`text\n${flags.join('\n')}\n\`\`\``, ...commands.map(section)];
  return `${sections.join('\n\n')}\n`;
}

/** `page` with the reference between its marks. */
export function withReference(page: string, program: Command): string {
  const [before = '', rest = ''] = page.split(MARKS.begin);
  const [, after = ''] = rest.split(MARKS.end);
  return `${before}${MARKS.begin}\n\n${referenceOf(program)}\n${MARKS.end}${after}`;
}

function section(command: Command): string {
  const leaves = command.commands.length > 0 ? command.commands : [command];
  const about = command.commands.length > 0 ? `${sentence(command.description())}\n\n` : '';
  return `### ${command.name()}\n\n${about}\`\`\`text\n${leaves.map(entry).join('\n\n')}\n\`\`\``;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function entry(command: Command): string {
  const names = [...ancestors(command), command].map((each) => each.name());
  const usage = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const named = command.registeredArguments.filter(({ description }) => description);
  const rows = [
    ...named.map((argument) => ({ label: argument.name(), text: argument.description })),
    ...command.options.filter(({ hidden }) => !hidden).map((flag) => ({ label: flag.flags, text: textOf(flag) })),
  ];
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return [
    [...names, ...usage].join(' '),
    ...wrapped(command.description(), 2),
    ...rows.map(({ label, text }) => line(label, text, width)),
  ].join('\n');
}

function ancestors({ parent }: Command): Command[] {
  return parent ? [...ancestors(parent), parent] : [];
}

function textOf({ description, argChoices, defaultValue, negate }: Option): string {
  const choices = argChoices ? `: ${argChoices.join(', ')}` : '';
  const usual = typeof defaultValue === 'string' && !negate ? ` (default: ${defaultValue})` : '';
  return description + choices + usual;
}

const row = (label: string, text: string, all: readonly Option[]) =>
  line(label, text, Math.max(...all.map(({ flags }) => flags.length)));

function line(label: string, text: string, width: number): string {
  const [first = '', ...rest] = wrapped(text, 0, WIDTH - width - 4);
  return [`  ${label.padEnd(width)}  ${first}`, ...rest.map((each) => ' '.repeat(width + 4) + each)]
    .join('\n')
    .trimEnd();
}

function wrapped(text: string, indent: number, width = WIDTH - indent): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((each) => ' '.repeat(indent) + each);
}
