/** A user of the development issuer. */
export interface User {
  /** The subject of its tokens, and its client id for scripts. */
  id: string;
  name: string;
  roles: string[];
}

/** An administrator, a caller with a role, and a caller with none: what a permission needs to be tried. */
export const USERS: readonly User[] = [
  { id: 'alice', name: 'Alice', roles: ['mcp.admin'] },
  { id: 'bob', name: 'Bob', roles: ['developer'] },
  { id: 'carol', name: 'Carol', roles: [] },
];

export const userOf = (id: string): User | undefined => USERS.find((user) => user.id === id);
