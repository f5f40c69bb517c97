import fs from 'node:fs/promises';
import type { Credentials } from '@mcp-gateway/client';
import type { SignIn } from './contexts.js';
import type { ContextsFile } from './contexts-file.js';
import { contextStore } from '../sign-in/store.js';
import { accessToken } from '../sign-in/tokens.js';
import { CliError, EXIT } from './exit.js';

export interface CredentialsOptions {
  file: ContextsFile;
  /** The gateway that the credentials are for. */
  gateway: string;
  fetch: typeof globalThis.fetch;
}

/** The headers with which a command signs in, and how to renew them after a 401. */
export function credentialsOf(signIn: SignIn, options: CredentialsOptions): Credentials {
  switch (signIn.kind) {
    case 'development':
      return {
        headers: () => ({
          ...(signIn.as !== undefined && { 'x-dev-userid': signIn.as, 'x-dev-name': signIn.as }),
          ...(signIn.roles !== undefined && { 'x-dev-roles': signIn.roles }),
        }),
      };
    case 'api-key':
      return { headers: () => ({ 'x-api-key': signIn.key }) };
    case 'token':
      return { headers: () => ({ authorization: `Bearer ${signIn.token}` }) };
    case 'api-key-file':
      return fileCredentials(signIn.file, (secret) => ({ 'x-api-key': secret }));
    case 'token-file':
      return fileCredentials(signIn.file, (secret) => ({ authorization: `Bearer ${secret}` }));
    case 'login':
      return loginCredentials(signIn.context.name, options);
  }
}

/** The tokens of `mcp-gateway login`, which every command renews when they end. */
function loginCredentials(name: string, { file, fetch }: CredentialsOptions): Credentials {
  const store = contextStore(file, name);
  let used: string | undefined;
  const token = (rejected?: string) =>
    accessToken(store, fetch, rejected).catch((cause: Error) => {
      throw new CliError(cause.message, { cause, exit: EXIT.signIn });
    });
  return {
    async headers() {
      used = await token();
      return { authorization: `Bearer ${used}` };
    },
    async refresh() {
      const before = used;
      return (await token(before)) !== before;
    },
  };
}

/** A secret in a file, which another program may renew. */
function fileCredentials(file: string, headersOf: (secret: string) => Record<string, string>): Credentials {
  let used: string | undefined;
  const read = async () => {
    const text = await fs.readFile(file, 'utf8').catch((cause: Error) => {
      throw new CliError(`The secret in ${file} cannot be read: ${cause.message}`, { cause, exit: EXIT.signIn });
    });
    if (text.trim() === '') throw new CliError(`${file} is empty; it should have a secret.`, { exit: EXIT.signIn });
    return text.trim();
  };
  return {
    async headers() {
      used = await read();
      return headersOf(used);
    },
    refresh: async () => (await read()) !== used,
  };
}
