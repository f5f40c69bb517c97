const CERTIFICATE = /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|ERR_TLS_CERT)/;

/** What has to be changed before Redis takes the connection, in a sentence; undefined when it may only be away. */
export function redisRefusal(error: unknown): string | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (CERTIFICATE.test(code)) {
    return (
      `The certificate of Redis cannot be trusted (${code}). ` +
      'Set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority, or correct the host in REDIS_URL.'
    );
  }
  if (message.startsWith('NOAUTH')) {
    return 'Redis asks for a password. Add it to REDIS_URL, as in redis://:password@127.0.0.1:6379.';
  }
  if (/^WRONGPASS|^ERR (AUTH|invalid password)/.test(message))
    return 'Redis refuses the user name or the password of REDIS_URL. Correct them.';
  if (message.startsWith('NOPERM'))
    return 'Redis does not permit the user of REDIS_URL what the gateway needs. Extend its ACL.';
  if (/^ERR DB index is out of range|^ERR SELECT is not allowed/.test(message))
    return 'Redis does not have the database whose number is the path of REDIS_URL. Use another number or no path.';
  return undefined;
}
