import type { Message } from './message.js';

/** The server behind the bridge as one session has it: a child process, or a stream of a remote server. */
export interface Peer {
  /** Sends one message, in one line. False when the server does not read and the buffer for it is full. */
  send(text: string): boolean;
  /** Asks for no more messages until `resume`, because a client does not read. */
  pause(): void;
  resume(): void;
  /** Ends the server. Resolves when nothing of it is left. */
  end(): Promise<void>;
  /** Ends it at once, without asking. */
  kill(): void;
}

export interface PeerListener {
  message(message: Message): void;
  /** The server has written a message that is too long and therefore lost. */
  lost(reason: string): void;
  /**
   * The server has ended, by itself or because it was asked to. Called once, and nothing is called after it.
   * @param hasStarted false when it never ran, so that no request has
   */
  ended(reason: string, hasStarted: boolean): void;
}

/** @param name of the session in the log */
export type StartPeer = (listener: PeerListener, name: string) => Peer;
