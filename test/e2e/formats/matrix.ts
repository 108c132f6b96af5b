import { readFileSync, writeFileSync } from 'node:fs';
import type { ClientFormat } from './providers.ts';

/** What the table in docs/compatibility.md has a column for. */
export const capabilities = ['request', 'stream', 'tools', 'images', 'structured', 'reasoning'] as const;

export type Capability = (typeof capabilities)[number];

export type Outcome = 'yes' | 'no' | '–';

/** What the tests proved, client by provider. */
export class Matrix {
  readonly #rows: ReadonlyMap<string, Map<Capability, Outcome>>;

  constructor(clients: readonly string[], providers: readonly ClientFormat[]) {
    this.#rows = new Map(clients.flatMap((client) => providers.map((provider) => [keyOf(client, provider), new Map()] as const)));
  }

  note(client: string, provider: ClientFormat, capability: Capability, outcome: Outcome): void {
    const row = this.#rows.get(keyOf(client, provider));
    if (row === undefined) throw new Error(`no row for ${client} with ${provider}`);
    // Several tests may stand behind one word: one that fails decides.
    if (row.get(capability) !== 'no') row.set(capability, outcome);
  }

  get counts(): Readonly<Record<Outcome, number>> {
    const all = [...this.#rows.values()].flatMap((row) => [...row.values()]);
    const count = (outcome: Outcome): number => all.filter((one) => one === outcome).length;
    return { yes: count('yes'), no: count('no'), '–': count('–') };
  }

  table(): string {
    const head = `| client | provider | ${capabilities.join(' | ')} |\n|---|---|${'---|'.repeat(capabilities.length)}\n`;
    const rows = [...this.#rows].map(([key, row]) => `| ${key} | ${capabilities.map((one) => row.get(one) ?? 'no').join(' | ')} |\n`);
    const { yes, no, '–': lacking } = this.counts;
    return `${head}${rows.join('')}\n${yes} proven, ${no} missing, ${lacking} that the client has no word for.\n`;
  }
}

function keyOf(client: string, provider: ClientFormat): string {
  return `${client} | ${provider}`;
}

const begin = '<!-- table: made by the tests -->\n';
const end = '<!-- /table -->';

/** The page with the table in its place. */
export function pageWith(table: string, path: URL): { readonly now: string; readonly should: string } {
  const now = readFileSync(path, 'utf8');
  const from = now.indexOf(begin);
  const to = now.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`expected the marks of the table in ${path.pathname}`);
  return { now, should: `${now.slice(0, from + begin.length)}\n${table}\n${now.slice(to)}` };
}

export function write(path: URL, text: string): void {
  writeFileSync(path, text);
}
