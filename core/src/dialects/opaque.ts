import type { NeutralOpaque } from '../model/neutral.ts';

// Signatures and encrypted reasoning must come back to their provider unchanged. In a conversation that a client holds in
// another format, they travel in that format's own opaque places (Anthropic's `signature`, Responses' `encrypted_content`)
// with a mark that says whose they are.

const mark = 'gw1:';

/** How an opaque value stands in a place of `dialect`: its own as it is, another's with its mark. */
export function writeOpaque(opaque: NeutralOpaque, dialect: string): string {
  return opaque.dialect === dialect ? opaque.value : `${mark}${opaque.dialect}:${opaque.value}`;
}

/** Whether what stands in an opaque place belongs to another format's provider. */
export function isForeignOpaque(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(mark);
}

/** The opaque value that stands in a place of `dialect`. */
export function readOpaque(text: string, dialect: string): NeutralOpaque {
  const end = text.startsWith(mark) ? text.indexOf(':', mark.length) : -1;
  return end === -1 ? { dialect, value: text } : { dialect: text.slice(mark.length, end), value: text.slice(end + 1) };
}
