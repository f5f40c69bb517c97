interface Restart {
  code: number;
  /** Set when it was ended because another program listens there. */
  takenPort: number | null;
  /** In a row, with this one. */
  crashes: number;
  /** Milliseconds until the next start. */
  delay: number;
}

/** Why a replica is started again, and when. */
export function restartMessage({ code, takenPort, crashes, delay }: Restart): string {
  const seconds = Math.round(delay / 1000);
  if (takenPort === null) {
    return delay === 0
      ? `It ended with exit code ${code} and is being restarted.`
      : `It ended with exit code ${code} for the ${crashes}. time in a row; the next start is in ${seconds} s.`;
  }
  const next = delay === 0 ? 'is being restarted' : `is started again in ${seconds} s`;
  return `Another program listens on ${takenPort}, the port that it was given; it ${next}, with another port.`;
}
