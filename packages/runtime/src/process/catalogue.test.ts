import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../test/supervisor.js';
import { catalogue, CatalogueError, listeningEntry, readCatalogue } from './catalogue.js';

const BUILT_IN = {
  example: { command: 'node', args: ['example.js'], env: {} },
  bridge: { command: 'node', args: ['bridge.js', '--port', '{port}'], env: { A: '1' } },
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'catalogue.json');
});
afterAll(() => folder.remove());

const write = (entries: unknown) => writeFile(file, typeof entries === 'string' ? entries : JSON.stringify(entries));
async function refusal(work: Promise<unknown>): Promise<CatalogueError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CatalogueError);
  return error as CatalogueError;
}

describe('the catalogue of images', () => {
  it('has the built-in images', async () => {
    expect(await catalogue(BUILT_IN, undefined).resolve('bridge')).toEqual(BUILT_IN.bridge);
  });

  it('has the images of the file, which override the built-in ones', async () => {
    await write({ mine: { command: 'python3', args: ['-m', 'mine', '{port}'] }, example: { command: 'other' } });
    const images = catalogue(BUILT_IN, file);
    const cwd = folder.path;
    expect(await images.resolve('mine')).toEqual({ command: 'python3', args: ['-m', 'mine', '{port}'], env: {}, cwd });
    expect(await images.resolve('example')).toEqual({ command: 'other', args: [], env: {}, cwd });
    expect(await images.resolve('bridge')).toEqual(BUILT_IN.bridge);
  });

  it('reads the file again each time', async () => {
    await write({});
    const images = catalogue(BUILT_IN, file);
    await refusal(images.resolve('mine'));
    await write({ mine: { command: 'a' } });
    expect(await images.resolve('mine')).toMatchObject({ command: 'a' });
    await write({ mine: { command: 'b' } });
    expect(await images.resolve('mine')).toMatchObject({ command: 'b' });
  });

  it.each([
    [undefined, ''],
    ['server', 'server'],
    ['./server', 'server'],
    ['../beside', '../beside'],
  ])('runs a command of the file in %j beside the file', async (cwd, relative) => {
    await write({ mine: { command: 'a', ...(cwd !== undefined && { cwd }) } });
    expect(await catalogue({}, file).resolve('mine')).toMatchObject({ cwd: join(folder.path, relative) });
  });

  it('runs a command of the file in an absolute folder as it is', async () => {
    await write({ mine: { command: 'a', cwd: '/srv/mine' } });
    expect(await catalogue({}, file).resolve('mine')).toMatchObject({ cwd: '/srv/mine' });
  });
});

describe('an entry that speaks stdio', () => {
  const bridge = { command: 'node', args: ['bridge.js'], env: { A: '1', B: '1' } };

  it('runs as arguments of the bridge', async () => {
    await write({ mine: { command: 'npx', args: ['-y', 'a server'], env: { B: '2' }, transport: 'stdio' } });
    const images = catalogue({ 'mcp-bridge': bridge }, file);
    expect(await listeningEntry(await images.resolve('mine'), images)).toEqual({
      command: 'node',
      args: ['bridge.js', 'npx', '-y', 'a server'],
      env: { A: '1', B: '2' },
      cwd: folder.path,
    });
  });

  it('leaves other entries as they are', async () => {
    const images = catalogue(BUILT_IN, undefined);
    expect(await listeningEntry(BUILT_IN.example, images)).toBe(BUILT_IN.example);
  });

  it('needs a bridge in the catalogue', async () => {
    await write({ mine: { command: 'npx', transport: 'stdio' } });
    const images = catalogue({}, file);
    const error = await refusal(images.resolve('mine').then((entry) => listeningEntry(entry, images)));
    expect(error.message).toContain('No command is known for the image "mcp-bridge"');
  });
});

describe('an image that is not in the catalogue', () => {
  it('is reported with the way to add it, and the known images', async () => {
    const error = await refusal(catalogue(BUILT_IN, undefined).resolve('mine'));
    expect(error.reason).toBe('ImageNotFound');
    expect(error.message).toBe(
      'No command is known for the image "mine". Without containers, images are commands of this machine: ' +
        'set MCP_GATEWAY_CATALOGUE to a JSON file that has it, ' +
        'as { "mine": { "command": "…", "args": ["…", "--port", "{port}"] } }; ' +
        'a server that speaks stdio takes "transport": "stdio" instead of the port. Known images: bridge, example.',
    );
  });

  it('is reported with the file to add it to', async () => {
    await write({});
    const error = await refusal(catalogue({}, file).resolve('mine'));
    expect(error.message).toContain(`add it to ${file}, as { "mine": `);
    expect(error.message).toContain('Known images: none.');
  });

  it.each(['toString', 'constructor', '__proto__'])(
    'may have the name of a property of every object: %s',
    async (name) => {
      expect((await refusal(catalogue(BUILT_IN, undefined).resolve(name))).reason).toBe('ImageNotFound');
    },
  );
});

describe('a file that is not a catalogue', () => {
  it.each([
    ['is not JSON', '{ "mine": ', /JSON/],
    ['is not an object', [], /: # must be an object\. It/],
    ['has an entry without a command', { mine: {} }, /: #\/mine\/command is required\. It/],
    ['has an empty command', { mine: { command: '' } }, /: #\/mine\/command must not be empty\. It/],
    ['has one text for the arguments', { mine: { command: 'a', args: '-v' } }, /: #\/mine\/args must be an array\. It/],
    [
      'has a number in the environment',
      { mine: { command: 'a', env: { A: 1 } } },
      /: #\/mine\/env\/A must be a string\. It/,
    ],
    [
      'has an unknown field in place of the command',
      { mine: { cmd: 'a' } },
      /: #\/mine\/command is required; #\/mine\/cmd is not a known field\. It/,
    ],
    [
      'has a field that is unknown',
      { mine: { command: 'a', enviroment: {} } },
      /: #\/mine\/enviroment is not a known field\. It/,
    ],
  ])('%s, and the error names the expected form', async (_what, content, why) => {
    await write(content);
    for (const error of [
      await refusal(readCatalogue(file)),
      await refusal(catalogue(BUILT_IN, file).resolve('bridge')),
    ]) {
      expect(error.reason).toBe('CatalogueInvalid');
      expect(error.message).toMatch(why);
      expect(error.message).toContain(`The catalogue ${file} (MCP_GATEWAY_CATALOGUE) cannot be used: `);
      expect(error.message).toContain('It maps image names to { "command", "args", "cwd"?, "env"?, "transport"? }.');
      expect(error.message).not.toContain('\n');
    }
  });

  it('is missing', async () => {
    const missing = join(folder.path, 'missing.json');
    expect((await refusal(readCatalogue(missing))).message).toMatch(/ENOENT/);
  });
});
