import type { Claims } from '../oidc/claims.js';

/** What a token must be, so that the package accepts it. */
interface Expected {
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
 * the only file that knows the package; docs/decisions/0023-entra.md says what it lacks and who does it instead. The
 * process ends when the package cannot be loaded.
 * @param clockToleranceSeconds whole seconds; the package takes 0 for 300
 */
export function bearerStrategy(clientID: string, clockToleranceSeconds: number): VerifyBearer {
  // Loaded only with AUTH_MODE=entra, because it takes 13 MB. The index of the package would load browser sign-in too.
  // @ts-expect-error -- the package has no types
  const loading = import('passport-azure-ad/lib/bearerstrategy.js') as Promise<{ default: BearerStrategy }>;

  return async (token, { pem, issuer, audience }) => {
    const { default: Bearer } = await loading;
    return new Promise((resolve, reject) => {
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
  };
}
