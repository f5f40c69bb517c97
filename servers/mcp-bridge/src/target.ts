import type { IncomingMessage, ServerResponse } from 'node:http';

/** What serves the MCP endpoint of the bridge. A thrown Refusal becomes the answer. */
export interface Target {
  post(req: IncomingMessage, res: ServerResponse, body: Buffer): Promise<void> | void;
  get(req: IncomingMessage, res: ServerResponse): Promise<void> | void;
  delete(req: IncomingMessage, res: ServerResponse): Promise<void> | void;
  /** Why it cannot serve now; null when it can. */
  obstacle(): string | null;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}
