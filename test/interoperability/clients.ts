import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repository } from '../support/launch.js';
import { inspectorProgram, pythonEnvironment } from './environments.js';
import type { Outcomes, Profile } from './features.js';

const RUN_MS = 300_000;

/** A program that tries every feature of the server at a URL. */
export interface ClientProgram {
  name: string;
  command: string[];
  /** The arguments after the URL and the profile. */
  options: string[];
}

/** Clients of both eras appear twice: with their default, and with an era chosen by the server's answer. */
export async function clientPrograms(): Promise<ClientProgram[]> {
  const [python, inspector] = await Promise.all([pythonEnvironment(), inspectorProgram()]);
  const node = (file: string) => [process.execPath, repository(`test/interoperability/clients/${file}.ts`)];
  const py = (file: string) => [python, '-W', 'ignore', repository(`test/interoperability/python/${file}.py`)];
  const bothEras = (name: string, command: string[], ...options: string[]) => [
    { name, command, options: ['legacy', ...options] },
    { name: `${name} (auto)`, command, options: ['auto', ...options] },
  ];
  return [
    { name: 'SDK 1', command: node('sdk-1'), options: [] },
    ...bothEras('SDK 2', node('sdk-2')),
    ...bothEras('Inspector', node('inspector'), inspector),
    ...bothEras('mcp', py('client_mcp')),
    ...bothEras('fastmcp', py('client_fastmcp')),
  ];
}

export async function tryAll({ command, options }: ClientProgram, url: string, profile: Profile): Promise<Outcomes> {
  const [program = '', ...args] = command;
  const { stdout } = await promisify(execFile)(program, [...args, url, JSON.stringify(profile), ...options], {
    timeout: RUN_MS,
  });
  return JSON.parse(stdout) as Outcomes;
}
