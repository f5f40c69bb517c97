import { createRequestStateCodec } from '@modelcontextprotocol/server';

/** What a tool that asks remembers between two rounds. The key is the same everywhere: each round may meet another replica. */
export const requestStates = createRequestStateCodec<{ round: number }>({ key: 'conformance '.repeat(4) });
