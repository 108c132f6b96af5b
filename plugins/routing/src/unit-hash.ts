import { hash } from 'node:crypto';

/** A text as a number above 0 and below 1: the same in every process, evenly spread. No secret goes in, and none is needed. */
export function unitHash(text: string): number {
  const bytes = hash('sha256', text, 'buffer');
  return (bytes.readUIntBE(0, 6) + 0.5) / 2 ** 48;
}

/** Parts as one text that no other parts give. */
export function joined(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
