import type { McpClient } from './definition.js';
import { mergeServer } from './merge.js';
import type { PlannedEntry } from './plan-entry.js';

/** Everything a person needs to add the server by hand. */
export interface Instructions {
  client: string;
  file: string;
  /** The file with nothing but this server in it. */
  content: string;
  link?: string;
  /** For a POSIX shell. */
  command?: string;
  next: string;
  because?: string;
  docs: string;
}

export function instructionsFor(client: McpClient, file: string, planned: PlannedEntry): Instructions {
  const { entry, value, because } = planned;
  const link = client.link?.(entry.name, value);
  const command = client.command?.(entry).map(quoted).join(' ');
  return {
    client: client.title,
    file,
    content: mergeServer('', client, entry.name, value),
    ...(link !== undefined && { link }),
    ...(command !== undefined && { command }),
    next: client.next,
    ...(because !== undefined && { because }),
    docs: client.docs,
  };
}

export function instructionsText(of: Instructions): string {
  return [
    `# ${of.client}: add this to ${of.file}`,
    ...(of.because ? [`# ${of.because}`] : []),
    '',
    of.content.trimEnd(),
    '',
    ...(of.link ? [`# or open this link:`, of.link, ''] : []),
    ...(of.command ? ['# or run:', of.command, ''] : []),
    `# ${of.next}`,
    `# ${of.docs}`,
    '',
  ].join('\n');
}

/** A word for a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
