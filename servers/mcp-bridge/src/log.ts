import sonicBoom from 'sonic-boom';

/** Writes one line. A reader of the log that falls behind never holds the bridge up: lines are dropped and counted then. */
export type Log = (line: string) => void;

const MAX_LINE = 4_096;
const MAX_BUFFERED = 1_048_576;
const REPORT_MS = 1_000;
const FLUSH_MS = 500;

export interface LogFile {
  log: Log;
  /** Resolves when the lines are written, after half a second at the latest. */
  flush(): Promise<void>;
}

/** @param fd of the file, such as 2 for standard error */
export function openLog(fd: number): LogFile {
  // Asynchronous, because a full pipe would stop the whole process.
  const file = new sonicBoom.SonicBoom({ fd, sync: false, maxLength: MAX_BUFFERED });
  file.on('error', () => {}); // the reader is gone
  let dropped = 0;
  file.on('drop', () => {
    if (dropped === 0) setTimeout(report, REPORT_MS).unref();
    dropped += 1;
  });
  const write = (line: string) => void file.write(`${line}\n`);
  function report() {
    const count = dropped;
    dropped = 0;
    write(`mcp-bridge: the log could not keep up; ${count} lines are missing here`);
  }
  return {
    log: (line) => write(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}… (${line.length} characters)` : line),
    flush: () =>
      new Promise((resolve) => {
        setTimeout(resolve, FLUSH_MS).unref();
        file.flush(() => resolve());
      }),
  };
}
