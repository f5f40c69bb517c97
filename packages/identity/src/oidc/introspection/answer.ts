import { invalidToken } from '../../bearer.js';
import { audienceIn } from '../audience.js';
import { type Claims, isOtherToken } from '../claims.js';
import type { IssuerSettings } from '../issuer.js';

type AnswerRules = Pick<IssuerSettings, 'audiences' | 'clockToleranceSeconds'>;

/**
 * The claims of an access token in an answer of the introspection endpoint (RFC 7662 §2.2), which holds like a JWT: it
 * must name an audience and an end. The caller checks `iss`.
 * @throws GatewayError SIGN_IN_REQUIRED
 */
export function claimsIn(answer: Claims, rules: AnswerRules, nowSeconds: number): Claims & { exp: number } {
  const fault = faultOf(answer, rules, nowSeconds);
  if (fault !== undefined) throw invalidToken(fault);
  return answer as Claims & { exp: number };
}

function faultOf(answer: Claims, { audiences, clockToleranceSeconds }: AnswerRules, now: number): string | undefined {
  if (answer['active'] !== true) return 'the token is not active: it has expired, was revoked or is not known';
  const { aud, exp, nbf, token_type: type, client_id: client } = answer;
  // A token of another type needs more than a header (RFC 6749 §7.1), and a refresh token is also active.
  const isBearer = type === undefined || (typeof type === 'string' && /^(bearer|access_token)$/i.test(type));
  if (!isBearer || isOtherToken(answer)) return 'the token is not a bearer access token';
  if (client !== undefined && (typeof client !== 'string' || client === '')) return notValid('client_id');
  if (!isTime(exp)) return notValid('exp');
  if (exp <= now - clockToleranceSeconds) return 'the token has expired';
  if (nbf !== undefined && !isTime(nbf)) return notValid('nbf');
  if (nbf !== undefined && nbf > now + clockToleranceSeconds) return 'the token is not valid yet';
  return audienceIn(aud, audiences) === undefined ? 'the token is for another audience' : undefined;
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const notValid = (claim: string) => `the claim ${claim} of the token is not valid`;
