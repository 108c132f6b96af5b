import { randomBytes } from 'node:crypto';

/** What a key's text says. */
export interface KeyText {
  readonly environment: string;
  readonly publicId: string;
}

/** Lower-case letters and digits without those that look alike (RFC 4648's base32): a double click takes the whole key. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** 80 bits: no two keys meet. */
const publicIdLength = 16;

/** 256 bits and a little. */
const secretLength = 52;

const shape = /^gw_([a-z0-9]{1,16})_([a-z2-7]{16})_[a-z2-7]{52}$/;

/** Whether a credential is one of this plugin's kind, whatever it is worth. */
export function isKeyLike(credential: string): boolean {
  return credential.startsWith('gw_');
}

/** What is said by a key, `gw_<environment>_<public id>_<secret>`; `undefined` for what is none. */
export function readKey(credential: string): KeyText | undefined {
  if (credential.length > 100) return undefined;
  const found = shape.exec(credential);
  return found === null ? undefined : { environment: found[1] as string, publicId: found[2] as string };
}

export function newPublicId(): string {
  return randomText(publicIdLength);
}

/** A whole key, with a secret of its own. Shown once, stored nowhere. */
export function newKey(environment: string, publicId: string): string {
  return `gw_${environment}_${publicId}_${randomText(secretLength)}`;
}

/** Five bits a character, each of a byte of its own: none is likelier than another. */
function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('');
}
