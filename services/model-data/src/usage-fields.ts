/** An object of a provider's usage. */
export type RawRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A count within the details of a usage; one that is left out, or is none, is 0: its tokens are in the total then. */
export function tokensIn(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0;
}

/** A field of Google's, by its name in JSON or in protocol buffers. */
export function fieldOf(holder: RawRecord, name: string): unknown {
  return holder[name] ?? holder[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}
