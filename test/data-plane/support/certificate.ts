import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

// Tags of DER (ITU-T X.690 §8); a certificate is that of RFC 5280 §4.1.
const SEQUENCE = 0x30;
const SET = 0x31;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const IN_CONTEXT = 0xa0;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** In the fewest bytes; Go's parser requires that, while many others do not. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const ascii = (tag: number, text: string) => der(tag, Buffer.from(text, 'ascii'));

export interface Certificate {
  cert: Buffer;
  key: Buffer;
}

interface Subject {
  name: string;
  isAuthority?: boolean;
  /** When it ended or ends, as UTCTime. */
  until?: string;
}

/** Who signs: a certificate signs itself without. */
interface Issuer {
  name: string;
  privateKey: KeyObject;
}

/** A self-signed certificate for this machine, or for another host or IPv4 address, with its key; both in PEM. */
export const selfSigned = (host = 'localhost'): Certificate => certificateOf({ name: host }).files;

/** An authority that issues certificates for this machine, for servers and clients. */
export function authority(name = 'authority'): { ca: Buffer; issue(until?: string, host?: string): Certificate } {
  const { files, privateKey } = certificateOf({ name, isAuthority: true });
  return {
    ca: files.cert,
    issue: (until, host = 'localhost') =>
      certificateOf({ name: host, ...(until && { until }) }, { name, privateKey }).files,
  };
}

function certificateOf(subject: Subject, issuer?: Issuer): { files: Certificate; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const nameOf = (text: string) => der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, ascii(UTF8_STRING, text))));
  const validity = der(SEQUENCE, ascii(UTC_TIME, '200101000000Z'), ascii(UTC_TIME, subject.until ?? '490101000000Z'));
  const address = isIPv4(subject.name) ? subject.name : '127.0.0.1';
  const names = der(
    SEQUENCE,
    ascii(DNS_NAME, subject.name),
    der(IP_ADDRESS, Buffer.from(address.split('.').map(Number))),
  );
  const extension = (id: Buffer, content: Buffer) => der(SEQUENCE, id, der(OCTET_STRING, content));
  const extensions = subject.isAuthority
    ? extension(BASIC_CONSTRAINTS, der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff]))))
    : extension(SUBJECT_ALT_NAME, names);
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const signed = der(
    SEQUENCE,
    der(IN_CONTEXT, der(INTEGER, Buffer.from([2]))), // version 3
    der(INTEGER, serial),
    der(SEQUENCE, ECDSA_WITH_SHA256),
    nameOf(issuer?.name ?? subject.name),
    validity,
    nameOf(subject.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(IN_CONTEXT | 3, der(SEQUENCE, extensions)),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', signed, issuer?.privateKey ?? privateKey));
  const certificate = der(SEQUENCE, signed, der(SEQUENCE, ECDSA_WITH_SHA256), signature).toString('base64');
  const files = {
    cert: Buffer.from(`-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`),
    key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
  return { files, privateKey };
}
