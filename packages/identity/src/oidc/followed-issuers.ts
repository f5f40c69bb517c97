import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '@mcp-gateway/common/principal';
import type { IssuerSettings } from './issuer.js';

/** Issuers that may be exchanged while the gateway runs. */
export interface ChangingIssuers {
  /** Those of now. */
  readonly issuers: readonly IssuerSettings[];
  /** Absent: they never change. */
  onIssuersChange?: ((listener: () => void) => void) | undefined;
}

/** The issuers of a setting whose file is read again. */
export class FollowedIssuers implements ChangingIssuers {
  readonly #listeners: (() => void)[] = [];

  constructor(public issuers: readonly IssuerSettings[]) {}

  onIssuersChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** @throws Error when introspection differs, which the services set up at their start only */
  replace(issuers: readonly IssuerSettings[]): void {
    if (isDeepStrictEqual(issuers, this.issuers)) return;
    if (!isDeepStrictEqual(introspectionIn(issuers), introspectionIn(this.issuers))) {
      throw new Error('OIDC_ISSUERS has another introspection; restart the service to use it');
    }
    this.issuers = issuers;
    for (const listener of this.#listeners) listener();
  }
}

const introspectionIn = (issuers: readonly IssuerSettings[]) =>
  issuers.flatMap(({ issuer, introspection }) => (introspection ? [{ issuer, introspection }] : []));

/** Sign-ins that end when their issuer is no longer configured. */
export interface IssuerSignIns {
  isHeld(principal: Principal): boolean;
  onRevoked(listener: () => void): void;
}

/** Undefined when the issuers never change. */
export function signInsOfIssuers(from: ChangingIssuers): IssuerSignIns | undefined {
  if (!from.onIssuersChange) return undefined;
  const configured = () => new Set(from.issuers.map(({ issuer }) => issuer));
  let current = configured();
  from.onIssuersChange(() => (current = configured()));
  return {
    isHeld: ({ apiKey, signIn }) => apiKey !== undefined || signIn === undefined || current.has(signIn),
    onRevoked: (listener) => from.onIssuersChange?.(listener),
  };
}
