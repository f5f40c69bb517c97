/** How long a process may take until its health check passes for the first time; one that takes longer is started anew. */
export const STARTUP_SECONDS = 300;
