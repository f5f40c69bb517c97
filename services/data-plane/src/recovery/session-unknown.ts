/** The server does not know the session. Not for clients: the session is begun anew, or is answered as one that is gone. */
export class SessionUnknown extends Error {}
