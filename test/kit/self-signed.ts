import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate for 127.0.0.1 and localhost, and its key, both as PEM. Made anew each time: no key lies in the repository. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

// X.509 (RFC 5280) in DER: as much of it as Node's TLS looks at.

/** `name`: whom it is for, in place of the usual; `until`: when it ends, in milliseconds since 1970. */
export function selfSigned({
  name: own = 'localhost',
  until = Date.now() + day,
}: {
  readonly name?: string;
  readonly until?: number;
} = {}): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = certificateBody(publicKey, own, until);
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, ecdsaWithSha256, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}

const day = 24 * 60 * 60 * 1000;

function certificateBody(publicKey: KeyObject, own: string, until: number): Buffer {
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const serial = createHash('sha256').update(key).digest().subarray(0, 8);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40; // positive, and no leading zero
  const validity = sequence(time(until - 2 * day), time(until));
  const extensions = tagged(
    0xa3,
    sequence(sequence(subjectAltName, octetString(sequence(dnsName(own), ...(own === 'localhost' ? [ipAddress(127, 0, 0, 1)] : []))))),
  );
  return sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name(own),
    validity,
    name(own),
    key,
    extensions,
  );
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const tagged = (tag: number, part: Buffer): Buffer => tlv(tag, part);
const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
const octetString = (bytes: Buffer): Buffer => tlv(0x04, bytes);
const bitString = (bytes: Buffer): Buffer => tlv(0x03, Buffer.from([0]), bytes);
const oid = (...bytes: readonly number[]): Buffer => tlv(0x06, Buffer.from(bytes));
const dnsName = (text: string): Buffer => tlv(0x82, Buffer.from(text));
const ipAddress = (...bytes: readonly number[]): Buffer => tlv(0x87, Buffer.from(bytes));
const time = (at: number): Buffer => tlv(0x17, Buffer.from(new Date(at).toISOString().replace(/^20|[-:T]|\.\d+/g, '')));
const name = (text: string): Buffer => sequence(tlv(0x31, sequence(oid(0x55, 0x04, 0x03), tlv(0x0c, Buffer.from(text)))));

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const subjectAltName = oid(0x55, 0x1d, 0x11);
