import { STDIO_HINT } from '../../startup.js';

interface Restart {
  code: number;
  /** Set when it was ended because another program listens there. */
  takenPort: number | null;
  /** Set when it was ended because its health check did not pass in time, for this reason. */
  late: { afterMs: number; message: string } | null;
  /** In a row, with this one. */
  crashes: number;
  /** Milliseconds until the next start. */
  delay: number;
}

/** Why a replica is started again, and when. */
export function restartMessage({ code, takenPort, late, crashes, delay }: Restart): string {
  const seconds = Math.round(delay / 1000);
  if (takenPort === null) {
    const what = late
      ? `It did not pass its health check within ${late.afterMs / 1000} s of its start (${late.message})`
      : `It ended with exit code ${code}`;
    const hint = !late && code === 0 ? ` ${STDIO_HINT}` : '';
    return delay === 0
      ? `${what} and is being restarted.${hint}`
      : `${what} for the ${crashes}. time in a row; the next start is in ${seconds} s.${hint}`;
  }
  const next = delay === 0 ? 'is being restarted' : `is started again in ${seconds} s`;
  return `Another program listens on ${takenPort}, the port that it was given; it ${next}, with another port.`;
}

/** Of a process that has had time enough to listen. */
export const NEVER_LISTENS =
  'It has to listen on the PORT of its environment, or get it as {port} in its arguments, and to speak HTTP, not stdio.';
