import { createRequestStateCodec } from '@modelcontextprotocol/server';

/** The state that an eliciting tool keeps between two rounds. All replicas share the key: each round may arrive at another replica. */
export const requestStates = createRequestStateCodec<{ round: number }>({ key: 'conformance '.repeat(4) });
