import { z } from 'zod';
import type { Logger } from '../logging.js';
import { readConfig } from './read.js';
import { fileVariable, readSecretFile } from './secrets.js';

const EVERY_MS = 5_000;

export interface FollowOptions {
  log: Logger;
  everyMs?: number | undefined;
}

/**
 * Reads files again and again and calls `use` when their content has changed. It compares contents, because a mounted
 * Secret changes by a swap of symbolic links, which watches of a file do not see. When a file cannot be read or `use`
 * throws, the log says so once, and the next round tries again; the files may have been caught in the middle of a change.
 * @param use also gets the content of the first round
 * @returns ends it
 */
export function followFiles(
  files: readonly string[],
  use: (contents: string[]) => void,
  { log, everyMs = EVERY_MS }: FollowOptions,
): () => void {
  let used: string | undefined;
  let fault: string | undefined;
  const timer = setInterval(() => {
    try {
      const contents = files.map(readSecretFile);
      const all = contents.join('\0');
      if (all === used) return;
      use(contents);
      if (used !== undefined) log.info({ files }, 'the content of files has changed and is in use');
      used = all;
      fault = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== fault) log.error({ files, reason: message }, 'files cannot be used; what was read before stays');
      fault = message;
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * The value of a secret setting, also when its file has changed; undefined when it is not set.
 * @param first the value at the start
 * @param defer gets what ends the reading of the file
 */
export function followedSecret<T extends z.ZodType>(
  first: z.output<T>,
  name: string,
  field: T,
  environment: Readonly<Record<string, string | undefined>>,
  { defer, ...options }: FollowOptions & { defer: (end: () => void) => void },
): (() => NonNullable<z.output<T>>) | undefined {
  if (first === undefined || first === null) return undefined;
  let current: NonNullable<z.output<T>> = first;
  defer(followSecret(name, field, environment, (value) => void (current = value ?? current), options));
  return () => current;
}

/**
 * Hands on a secret setting whenever the content of its file changes. A setting that is a variable never changes.
 * @returns ends it
 */
export function followSecret<T extends z.ZodType>(
  name: string,
  field: T,
  environment: Readonly<Record<string, string | undefined>>,
  use: (value: z.output<T>) => void,
  options: FollowOptions,
): () => void {
  const file = environment[fileVariable(name)];
  if (!file) return () => {};
  const one = z.object({ [name]: field });
  const read = () => readConfig(one, { [fileVariable(name)]: file })[name] as z.output<T>;
  return followFiles([file], () => use(read()), options);
}
