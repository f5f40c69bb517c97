import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '@mcp-gateway/platform/config';

export interface TlsFiles {
  /** PEM: the certificate, followed by its chain to a root. */
  cert: Buffer;
  key: Buffer;
}

/**
 * Reads the certificate and the key, once, at start-up. Undefined when neither is configured.
 * @throws ConfigError when only one is configured, or they are not valid
 */
export function readTlsFiles(certFile: string | undefined, keyFile: string | undefined): TlsFiles | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? 'MCP_GATEWAY_TLS_CERT_FILE' : 'MCP_GATEWAY_TLS_KEY_FILE';
    throw new ConfigError(`${missing} is required: TLS takes a certificate and its key`);
  }
  const files = {
    cert: read('MCP_GATEWAY_TLS_CERT_FILE', certFile),
    key: read('MCP_GATEWAY_TLS_KEY_FILE', keyFile),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new ConfigError(
      `MCP_GATEWAY_TLS_CERT_FILE and MCP_GATEWAY_TLS_KEY_FILE must be a certificate and its key, in PEM: ${(error as Error).message}`,
    );
  }
  return files;
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${variable} must be a file that can be read: ${(error as Error).message}`);
  }
}
