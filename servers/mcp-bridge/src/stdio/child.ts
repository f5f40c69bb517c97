import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { isUtf8 } from 'node:buffer';
import type { Log } from '../log.js';
import { readBody, type Message } from '../message.js';
import type { Peer, PeerListener, StartPeer } from '../peer.js';
import { LineReader } from './lines.js';
import { MARK, type ProcessGroups } from './process-groups.js';

export interface ChildOptions {
  command: string;
  args: readonly string[];
  /** The whole environment of the child. */
  env: Record<string, string>;
  maxMessageBytes: number;
  groups: ProcessGroups;
  log: Log;
}

/** Between the end of its input and SIGTERM, and between SIGTERM and SIGKILL (MCP 2025-11-25, lifecycle, shutdown of stdio). */
const ASK_MS = 2_000;
const TERM_MS = 2_000;
/** A child that ends closes its output first; output of the last moment may still be in the pipe when it has ended. */
const SETTLE_MS = 1_000;
const MAX_LOGGED_LINE = 65_536;

/** Runs the stdio server once for each peer. The peer reports an end, not an exception, when the command cannot start. */
export const childStarter =
  (options: ChildOptions): StartPeer =>
  (listener, name) => {
    try {
      return new Child(options, listener, name);
    } catch (error) {
      // Too many open files, or an argument that no process can have.
      const reason = startError(options.command, error as NodeJS.ErrnoException);
      options.log(`[${name}] ${reason}`);
      setImmediate(() => listener.ended(reason, false));
      return NEVER_STARTED;
    }
  };

const NEVER_STARTED: Peer = { send: () => true, pause() {}, resume() {}, end: () => Promise.resolve(), kill() {} };

class Child implements Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #gone: Promise<void>;
  #hasEnded = false;
  #isAsked = false;
  #reason: string | undefined;

  constructor(
    private readonly options: ChildOptions,
    private readonly listener: PeerListener,
    private readonly name: string,
  ) {
    const { command, args, env, groups } = options;
    const mark = groups.newMark();
    const child = spawn(command, args, { env: { ...env, [MARK]: mark }, stdio: 'pipe', detached: true });
    this.#process = child;
    const { pid } = child;
    if (pid !== undefined) groups.started(pid, mark);
    child.stdin.on('error', () => {}); // EPIPE: the child has closed its input
    this.#readOutput();
    this.#gone = new Promise((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return; // a signal could not be sent
        this.#end(startError(command, error), false);
        resolve();
      });
      child.once('exit', (code, signal) => {
        if (pid !== undefined) groups.ended(pid, mark);
        this.#reason ??= signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
        this.resume(); // what it has written last
        // A process that it has left behind may hold its output open.
        setTimeout(() => this.#finish(), SETTLE_MS).unref();
        resolve();
      });
    });
    child.once('close', () => this.#finish());
  }

  send(text: string): boolean {
    const { stdin } = this.#process;
    if (stdin.writableLength > this.options.maxMessageBytes) return false;
    if (stdin.writable) stdin.write(`${text}\n`);
    return true;
  }

  pause(): void {
    this.#process.stdout.pause();
  }

  resume(): void {
    this.#process.stdout.resume();
  }

  /** Closes its input, then sends SIGTERM, then SIGKILL, to its whole group. */
  end(): Promise<void> {
    const { pid, stdin } = this.#process;
    if (this.#isAsked || pid === undefined) return this.#gone;
    this.#isAsked = true;
    this.#reason ??= 'was ended by the bridge';
    stdin.end();
    this.resume(); // a child that cannot write cannot end
    const term = setTimeout(() => this.options.groups.signal(pid, 'SIGTERM'), ASK_MS);
    const kill = setTimeout(() => this.options.groups.signal(pid, 'SIGKILL'), ASK_MS + TERM_MS);
    return this.#gone.then(() => {
      clearTimeout(term);
      clearTimeout(kill);
    });
  }

  kill(): void {
    const { pid } = this.#process;
    this.#reason ??= 'was killed by the bridge';
    if (pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null) {
      this.options.groups.signal(pid, 'SIGKILL');
    }
  }

  #readOutput(): void {
    const { stdout, stderr } = this.#process;
    const { maxMessageBytes } = this.options;
    const lines = new LineReader(maxMessageBytes, {
      line: (line) => this.#line(line),
      tooLong: () => {
        const reason = `The MCP server wrote a line of more than ${maxMessageBytes} bytes (MCP_BRIDGE_MAX_MESSAGE_BYTES)`;
        this.#log(reason);
        if (!this.#hasEnded) this.listener.lost(reason);
      },
    });
    stdout.on('data', (chunk: Buffer) => lines.add(chunk));
    stdout.once('end', () => {
      lines.end();
      setTimeout(() => {
        if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
        this.#reason ??= 'closed its output';
        this.kill();
      }, SETTLE_MS).unref();
    });
    const logged = new LineReader(MAX_LOGGED_LINE, {
      line: (line) => this.#log(line.toString()),
      tooLong: () => this.#log('(a line that is too long for the log)'),
    });
    stderr.on('data', (chunk: Buffer) => logged.add(chunk));
    stderr.once('end', () => logged.end());
    stdout.on('error', () => {});
    stderr.on('error', () => {});
  }

  #line(line: Buffer): void {
    const text = line
      .toString()
      .replace(/^\ufeff/, '')
      .trim();
    if (text === '' || this.#hasEnded) return;
    if (!isUtf8(line)) this.#log('(the next line of the server is not UTF-8)');
    let messages: Message[];
    try {
      ({ messages } = readBody(text));
    } catch {
      return this.#log(text); // such as a greeting of the server, or of npx
    }
    for (const message of messages) this.listener.message(message);
  }

  #log(line: string): void {
    this.options.log(`[${this.name}] ${line}`);
  }

  #finish(): void {
    this.#end(`The MCP server ${this.#reason ?? 'ended'}`);
  }

  #end(reason: string, hasStarted = true): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#process.stdout.destroy();
    this.#process.stderr.destroy();
    if (!this.#isAsked) this.#log(reason);
    this.listener.ended(reason, hasStarted);
  }
}

function startError(command: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') {
    const hint = /\s/.test(command) ? '; MCP_COMMAND is one program, its arguments belong into MCP_ARGS' : '';
    return `The command "${command}" of the MCP server is not installed here${hint}`;
  }
  if (code === 'EACCES') return `The command "${command}" of the MCP server may not be run`;
  return `The MCP server cannot start: ${message}`;
}
