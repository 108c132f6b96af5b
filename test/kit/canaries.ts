import { randomBytes } from 'node:crypto';

/**
 * Unique words that are planted at one end and must not come out at another, in whatever spelling: as they are, in base64
 * (at each of its three alignments), hexadecimal, percent-encoded or JSON-escaped.
 */
export class Canaries {
  readonly #planted = new Map<string, string>();

  /** A word to plant; `label` names it when it is found. Starts with `prefix`, for secrets with a shape of their own. */
  plant(label: string, prefix = 'canary-'): string {
    const word = `${prefix}${randomBytes(12).toString('hex')}`;
    this.#planted.set(label, word);
    return word;
  }

  /** Labels of the words that are in what came out. */
  foundIn(output: string | Buffer): string[] {
    const text = typeof output === 'string' ? output : output.toString('latin1');
    const folded = text.toLowerCase();
    return [...this.#planted].filter(([, word]) => spellings(word).some((spelling) => folded.includes(spelling))).map(([label]) => label);
  }
}

function spellings(word: string): string[] {
  const percent = [...word].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
  const escaped = [...word].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  return [word, Buffer.from(word).toString('hex'), percent, escaped, ...base64s(word)].map((spelling) => spelling.toLowerCase());
}

/** Base64 of a word depends on what stands before it: the letters that do not, for each alignment. */
function base64s(word: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + word).toString('base64');
    return encoded.slice(offset === 0 ? 0 : 4, encoded.length - 4);
  });
}
