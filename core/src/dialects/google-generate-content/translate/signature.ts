import type { NeutralOpaque } from '../../../model/neutral.ts';
import { readOpaque, writeOpaque } from '../../opaque.ts';

export const googleDialect = 'google-generate-content';

// `thoughtSignature` is a field of bytes: clients in typed languages decode its base64 and write it again, in the alphabet for
// URLs. So another provider's opaque value travels in it as base64, not as the text that it is.

/** Every foreign value begins like this: the mark of `writeOpaque`, encoded. */
const foreign = Buffer.from(writeOpaque({ dialect: '-', value: '' }, googleDialect))
  .toString('base64')
  .slice(0, 4);

/** An opaque value as a `thoughtSignature`. */
export function writeSignature(opaque: NeutralOpaque): string {
  const text = writeOpaque(opaque, googleDialect);
  return opaque.dialect === googleDialect ? text : Buffer.from(text).toString('base64');
}

/** The opaque value that a `thoughtSignature` is; `undefined` for none. */
export function readSignature(value: unknown): NeutralOpaque | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.startsWith(foreign)) {
    const opaque = readOpaque(Buffer.from(value, 'base64').toString('utf8'), googleDialect);
    if (opaque.dialect !== googleDialect) return opaque;
  }
  return readOpaque(value, googleDialect);
}

/** The signature if it is Google's own; another provider's is of no use to it. */
export function ownSignature(opaque: NeutralOpaque | undefined): string | undefined {
  return opaque?.dialect === googleDialect ? opaque.value : undefined;
}

/** Google's documented value for a call whose signature is not at hand; without one Gemini 3 refuses the turn. */
export const noSignature = 'skip_thought_signature_validator';
