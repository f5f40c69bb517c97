import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve, dirname } from 'node:path';
import { invalidRequest } from '@mcp-gateway/common/errors';
import { z } from 'zod';

/** The command that an image name stands for without containers. `{port}` in an argument becomes the replica's port. */
const CatalogueEntry = z.strictObject({
  command: z.string().min(1, 'must not be empty'),
  args: z.array(z.string()).default([]),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  /** `stdio`: the command speaks MCP over standard input and output, so it runs behind the bridge. */
  transport: z.enum(['http', 'stdio']).optional(),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;
const CatalogueFile = z.record(z.string(), CatalogueEntry);

/** The image cannot run here; `message` says what to do. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  constructor(
    readonly reason: 'ImageNotFound' | 'CatalogueInvalid' | 'StartFailed',
    message: string,
  ) {
    super(message);
  }
}

export interface Catalogue {
  /** @throws CatalogueError */
  resolve(imageName: string): Promise<CatalogueEntry>;
}

/** The image name of the bridge, which turns a stdio server into one that listens on a port. */
const BRIDGE = 'mcp-bridge';

/**
 * The entry whose command listens on a port: of a stdio entry, the bridge with its command. The command stands in the arguments, so that no
 * variable of an adapter can replace it.
 * @throws CatalogueError when the catalogue has no bridge
 */
export async function listeningEntry(entry: CatalogueEntry, images: Catalogue): Promise<CatalogueEntry> {
  if (entry.transport !== 'stdio') return entry;
  const bridge = await images.resolve(BRIDGE);
  return {
    command: bridge.command,
    args: [...bridge.args, entry.command, ...entry.args],
    env: { ...bridge.env, ...entry.env },
    ...(entry.cwd !== undefined && { cwd: entry.cwd }),
  };
}

/** The built-in entries, overridden by the user's file. The file is read at each use, so that an edit needs no restart. */
export function catalogue(builtIn: Record<string, CatalogueEntry>, userFile: string | undefined): Catalogue {
  return {
    async resolve(imageName) {
      const entries = { ...builtIn, ...(userFile && (await readCatalogue(userFile))) };
      const entry = Object.hasOwn(entries, imageName) ? entries[imageName] : undefined;
      if (!entry) throw new CatalogueError('ImageNotFound', notFound(imageName, Object.keys(entries), userFile));
      return entry;
    },
  };
}

/** @throws CatalogueError when the file is missing or is not a catalogue */
export async function readCatalogue(file: string): Promise<Record<string, CatalogueEntry>> {
  let entries: z.infer<typeof CatalogueFile>;
  try {
    entries = CatalogueFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? invalidRequest(error).detail : (error as Error).message;
    throw new CatalogueError(
      'CatalogueInvalid',
      `The catalogue ${file} (MCP_GATEWAY_CATALOGUE) cannot be used: ${why}. ` +
        'It maps image names to { "command", "args", "cwd"?, "env"?, "transport"? }.',
    );
  }
  const home = dirname(file);
  for (const entry of Object.values(entries)) {
    entry.cwd = entry.cwd === undefined || isAbsolute(entry.cwd) ? (entry.cwd ?? home) : resolve(home, entry.cwd);
  }
  return entries;
}

function notFound(imageName: string, known: string[], userFile: string | undefined): string {
  const where = userFile ? `add it to ${userFile}` : 'set MCP_GATEWAY_CATALOGUE to a JSON file that has it';
  return (
    `No command is known for the image "${imageName}". Without containers, images are commands of this machine: ${where}, ` +
    `as { "${imageName}": { "command": "…", "args": ["…", "--port", "{port}"] } }; a server that speaks stdio takes "transport": "stdio" instead of the port. Known images: ${known.toSorted().join(', ') || 'none'}.`
  );
}
