/** How long a process may take until its health check passes for the first time; one that takes longer is started anew. */
export const STARTUP_SECONDS = 300;

/** For a process that ends with exit code 0 although nobody has asked it to. */
export const STDIO_HINT =
  'A server that speaks stdio ends like this, as nobody writes to it: start it with its option for streamable HTTP.';
