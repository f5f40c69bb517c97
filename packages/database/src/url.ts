import { accessSync, constants } from 'node:fs';
import { ConfigError, parseDatabaseUrl } from '@mcp-gateway/platform/config';

/** Parameters that name files, which the driver reads for each connection. */
const FILES = ['sslcert', 'sslkey', 'sslrootcert'];

/** @throws ConfigError whose message never contains the URL: it may hold a password */
export function checkDatabaseUrl(href: string): string {
  const { searchParams } = parse(href);
  const schema = searchParams.get('schema');
  if (schema && schema !== 'public') {
    throw new ConfigError(
      `DATABASE_URL must not set schema=${schema}: the gateway keeps its tables in the schema "public". Remove the parameter.`,
    );
  }
  for (const name of FILES) checkFile(name, searchParams.get(name));
  return href;
}

function checkFile(name: string, file: string | null) {
  if (!file) return;
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(
      `DATABASE_URL names the file ${file} as ${name}, which the gateway cannot read (${code}). Correct the path or the permissions of the file.`,
      { cause },
    );
  }
}

/** `user@host:port/database`, for error messages: without password and options. */
export function redactedUrl(href: string): string {
  const url = parse(href);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.host);
  return `${url.username && `${url.username}@`}${host}${url.pathname}`;
}

/** The URL of another database on the same server, for the same user. */
export function withDatabaseName(href: string, database: string): string {
  const url = parse(href);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function parse(href: string): URL {
  const url = parseDatabaseUrl(href);
  if (!url)
    throw new ConfigError('DATABASE_URL is not a URL. Write it as postgresql://user:password@host:5432/database.');
  return url;
}
