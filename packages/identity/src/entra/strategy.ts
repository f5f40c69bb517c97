import { createRequire } from 'node:module';
import type { Claims } from '../oidc/claims.js';

/** What a token must be, so that the package accepts it. */
export interface Expected {
  /** Public key of the signature, in PEM (RFC 7468 §13). */
  pem: string;
  issuer: string;
  audience: string;
}

/** The claims of a token that holds; undefined when it does not. */
export type VerifyBearer = (token: string, expected: Expected) => Promise<Claims | undefined>;

/** Of the strategy, what Passport uses and what is replaced here. */
interface Strategy {
  loadMetadata(params: unknown, next: (error: null, metadata: Metadata) => void): void;
  authenticate(request: { headers: { authorization: string } }, options: object): void;
  success(claims: Claims): void;
  fail(): void;
  error(error: Error): void;
}

/** Of the package's own metadata, what it reads while it verifies. */
interface Metadata {
  oidc: { algorithms: string[] };
  generateOidcPEM(): string;
}

type BearerStrategy = new (
  options: object,
  verify: (claims: Claims, done: (error: null, user: Claims) => void) => void,
) => Strategy;

/** Entra signs with this algorithm only. */
export const ENTRA_ALGORITHM = 'RS256';

/**
 * The bearer strategy of `passport-azure-ad`, which checks algorithm, signature, `iss`, `aud`, `exp` and `nbf`. This is
 * the only file that knows the package; docs/decisions/0023-entra.md says what it lacks and who does it instead.
 * @param clockToleranceSeconds whole seconds; the package takes 0 for 300
 * @throws Error when the package is missing or refuses the settings
 */
export function bearerStrategy(clientID: string, clockToleranceSeconds: number): VerifyBearer {
  // Loaded only with AUTH_MODE=entra, because it takes 13 MB. The index of the package would load browser sign-in too.
  const Bearer = createRequire(import.meta.url)('passport-azure-ad/lib/bearerstrategy.js') as BearerStrategy;

  return (token, { pem, issuer, audience }) =>
    new Promise((resolve, reject) => {
      const options = {
        clientID,
        issuer,
        audience,
        clockSkew: clockToleranceSeconds,
        identityMetadata: 'https://login.microsoftonline.com/', // never read: see loadMetadata
        allowMultiAudiencesInToken: false,
      };
      const strategy = new Bearer(options, (claims, done) => done(null, claims));
      // The package would fetch without time limit and size limit, and would keep what it got for half an hour.
      strategy.loadMetadata = (_params, next) =>
        next(null, { oidc: { algorithms: [ENTRA_ALGORITHM] }, generateOidcPEM: () => pem });
      strategy.success = resolve;
      strategy.fail = () => resolve(undefined);
      strategy.error = reject;
      strategy.authenticate({ headers: { authorization: `Bearer ${token}` } }, {});
    });
}
