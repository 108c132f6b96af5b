/** The checks by name. A report and a failing case name the check; the README has a line on each. */
export const checkNames = [
  'symmetry',
  'settles-once',
  'hook-results',
  'abort',
  'private-logs',
  'no-leak',
  'isolation',
  'stream-safety',
  'any-split',
  'byte-faithful',
  'failure-policy',
] as const;

export type CheckName = (typeof checkNames)[number];

/** One thing to try with a plugin; independent of every other. */
export interface ContractCase {
  readonly check: CheckName;
  /** Unique: the check, then what is tried, e.g. `symmetry: openai-chat, stream, upstream answer`. */
  readonly name: string;
  /** Rejects with a `ContractViolation`. */
  run(): Promise<void>;
}

export function contractCase(check: CheckName, what: string, run: () => Promise<void>): ContractCase {
  return { check, name: `${check}: ${what}`, run };
}
