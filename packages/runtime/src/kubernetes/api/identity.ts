import type { ConnectionOptions } from 'node:tls';

type Presented = 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized';

/** Where the API server is, and who we are to it. */
export interface Identity {
  /** Without a slash at the end; may have a path. */
  server: string;
  /** As they are now: tokens and certificates expire and are renewed. */
  current(): Promise<{
    headers: Record<string, string>;
    tls: { [Option in Presented]?: NonNullable<ConnectionOptions[Option]> };
  }>;
}
