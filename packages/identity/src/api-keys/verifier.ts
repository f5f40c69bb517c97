import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { invalidToken, offerApiKey } from '../bearer.js';
import type { SignInRequest, Verifier } from '../verifier.js';
import { apiKeyIn, hashOf, idIn, type PresentedKey } from './api-key.js';
import { countFailures, networkOf } from './failures.js';

/** Where the keys are. */
export interface ApiKeys {
  /** The caller of a key that was verified before and still holds. */
  remembered(hash: string): Principal | undefined;
  /** @throws GatewayError SIGN_IN_REQUIRED when the key does not hold; UNAVAILABLE when that cannot be found out */
  verify(key: PresentedKey): Promise<Principal>;
}

export interface ApiKeyParts {
  keys: ApiKeys;
  /** Signs callers in that send no API key. */
  others: Verifier;
  /** Where the client is; default: the other end of the connection. */
  addressOf?: ((request: SignInRequest) => string | undefined) | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/**
 * Signs callers in by API keys, in whatever mode the others sign in. An address from which too many keys have failed is
 * refused before its key is looked up, except for keys that are remembered. Too many failures with one id only change
 * the answer to those that fail: others must not be able to lock its holder out.
 * @throws GatewayError SIGN_IN_REQUIRED, TOO_MANY_FAILURES, UNAVAILABLE
 */
export function apiKeyVerifier({ keys, others, addressOf, now = Date.now }: ApiKeyParts): Verifier {
  const failures = countFailures(now);
  const clientOf = (request: SignInRequest) => {
    const address = addressOf ? addressOf(request) : request.address;
    return address === undefined ? undefined : `address ${networkOf(address)}`;
  };

  async function verify(request: SignInRequest, text: string, hash: string): Promise<Principal> {
    const client = clientOf(request);
    failures.refuse(client);
    const id = idIn(text);
    try {
      if (id === undefined) throw invalidToken('the API key has a typing error, or is not whole');
      return await keys.verify({ id, hash });
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'SIGN_IN_REQUIRED') throw error;
      const key = id === undefined ? undefined : `key ${id}`;
      failures.refuse(key);
      failures.add(client, key);
      throw error;
    }
  }

  return (request) => {
    const text = apiKeyIn(request.headers);
    if (text === undefined)
      return request.headers.authorization === undefined ? withOffer(others, request) : others(request);
    const hash = hashOf(text);
    return keys.remembered(hash) ?? verify(request, text, hash);
  };
}

/** Tells a caller that sends nothing to sign in with that an API key would do as well. */
function withOffer(others: Verifier, request: SignInRequest): ReturnType<Verifier> {
  const refuse = (error: unknown): never => {
    throw offerApiKey(error);
  };
  try {
    const signedIn = others(request);
    return signedIn instanceof Promise ? signedIn.catch(refuse) : signedIn;
  } catch (error) {
    return refuse(error);
  }
}
