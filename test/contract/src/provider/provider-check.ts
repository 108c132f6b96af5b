/** The checks of providers by name. A report and a failing case name the check. */
export const providerCheckNames = ['frozen', 'no-print', 'paths', 'headers', 'credentials', 'body', 'scrub', 'framing'] as const;

export type ProviderCheckName = (typeof providerCheckNames)[number];

/** One thing to try with a provider; independent of every other. */
export interface ProviderCase {
  readonly check: ProviderCheckName;
  /** Unique: the check, then what is tried, e.g. `body: openai-chat, stream`. */
  readonly name: string;
  /** Rejects with a `ContractViolation`. */
  run(): Promise<void>;
}

export function providerCase(check: ProviderCheckName, what: string, run: () => void | Promise<void>): ProviderCase {
  return { check, name: `${check}: ${what}`, run: async () => run() };
}
