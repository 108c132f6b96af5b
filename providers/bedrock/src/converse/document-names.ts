/** What Converse allows is less than 200. */
const maxLength = 100;

/** Names of one conversation's documents: required, each another, the same each time they are sent. */
export class DocumentNames {
  readonly #taken = new Set<string>();

  next(given: string | undefined): string {
    const wanted = cleaned(given ?? '') || 'document';
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${wanted} (${count})`;
    this.#taken.add(name);
    return name;
  }
}

/**
 * Letters, digits, single spaces, hyphens, parentheses, brackets (API reference, DocumentBlock): anything else is a 400, and
 * the name's ending is said by the format.
 */
function cleaned(name: string): string {
  return name
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^A-Za-z0-9\s()[\]-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength)
    .trim();
}
