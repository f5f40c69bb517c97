/** The code of a connection that the server ended during the handshake. */
export const HANDSHAKE_ENDED = 'ERR_TLS_HANDSHAKE_ENDED';

/** Faults of the certificate of the server, by the code of OpenSSL or of Node. */
const UNTRUSTED: Record<string, string> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'is revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
};

const OF_AUTHORITY =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|CERT_UNTRUSTED$|CERT_CHAIN_TOO_LONG$|CERT_SIGNATURE_FAILURE$)/;
/** Alerts by which a server refuses the certificate of a client, or that it sent none (RFC 8446 §6.2). */
const REFUSAL =
  /^ERR_SSL_(?:TLSV1\d?|SSLV3|SSL\/TLS|TLS)_ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);

/**
 * What is wrong between gateway and server, for the caller; undefined for errors of other kinds. All of these end the
 * handshake, so the server has not acted on the request.
 * @param code of the error
 * @param isSent a byte of the request may have been sent
 */
export function tlsFault(code: string | undefined, isSent: boolean): string | undefined {
  if (code === undefined) return undefined;
  const own = UNTRUSTED[code] ?? (OF_AUTHORITY.test(code) ? 'is of an authority that the gateway does not trust' : '');
  if (own) return `the certificate of the server ${own}${code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? SET_NAME : ''}`;
  const alert = REFUSAL.exec(code)?.[1];
  if (alert === 'CERTIFICATE_REQUIRED') {
    return 'the server requires a client certificate; name a credential with one in tls of the adapter';
  }
  if (alert) return `the server refuses the certificate of the gateway (${alert.toLowerCase().replaceAll('_', ' ')})`;
  if (isSent) return undefined;
  if (NOT_TLS.has(code)) return 'the server does not speak TLS on its port';
  const words = code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ');
  return code.startsWith('ERR_SSL_') ? `the TLS handshake fails (${words})` : undefined;
}

const SET_NAME = '; set tls.serverName of the adapter to the name in it';
