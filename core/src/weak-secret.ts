/** Words of examples and defaults: nine in a hundred gateways that were scanned in 2026 ran with one of them (AUTH-8). */
const known = /change-?me|password|passw0rd|secret|example|default|sk-1234|letmein|replace|dummy|placeholder|your-|<|>|\.\.\./i;

/** Bits that a secret must have at least. */
export const secretBits = 128;

/**
 * Why a text is no secret that could not be guessed, in words for a config error: `expected …`; `undefined` when it may be one. What
 * a text looks like is no proof of chance, but shows what cannot be: too short, of too few different characters, a repetition, a row
 * of the alphabet, an example's.
 */
export function weakSecret(text: string): string | undefined {
  const rule = `at least ${secretBits} random bits, e.g. of "openssl rand -base64 32"`;
  if (known.test(text)) return `${rule} (this looks like an example's)`;
  if (bits(text) < secretBits) return `${rule} (this has ${text.length} characters)`;
  if (new Set(text).size < 6 || isRepetition(text) || isRow(text)) return `${rule} (this follows a pattern)`;
  return undefined;
}

/** As many as so many characters of such an alphabet can hold. */
function bits(text: string): number {
  const alphabet = /^\d*$/.test(text)
    ? 10
    : /^[\da-f]*$/i.test(text)
      ? 16
      : /^[a-z2-7]*$/i.test(text) && (text === text.toLowerCase() || text === text.toUpperCase())
        ? 32
        : 64;
  return text.length * Math.log2(alphabet);
}

function isRepetition(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}

/** Mostly neighbours of the alphabet, up or down, or the same again. */
function isRow(text: string): boolean {
  let near = 0;
  for (let at = 1; at < text.length; at += 1) if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) near += 1;
  return near > text.length / 2;
}
