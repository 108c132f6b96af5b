import { providerCases } from './provider-cases.ts';
import type { ProviderCheckName } from './provider-check.ts';
import type { ProviderRegistration } from './provider-registration.ts';

export interface ProviderCaseResult {
  readonly check: ProviderCheckName;
  readonly name: string;
  readonly passed: boolean;
  /** What was seen and what is expected; only of a case that did not pass. */
  readonly message: string | undefined;
}

export interface ProviderReport {
  readonly provider: string;
  readonly passed: boolean;
  readonly results: readonly ProviderCaseResult[];
  /** The checks that did not pass, each once. */
  readonly failedChecks: readonly ProviderCheckName[];
  /** The report as text: one line on the whole, one on each case that did not pass. */
  readonly text: string;
}

/** Runs a provider through the whole contract, one case after the other. Rejects only when the provider cannot be made at all. */
export async function testProvider(registration: ProviderRegistration): Promise<ProviderReport> {
  const provider = registration.provider().name;
  const results: ProviderCaseResult[] = [];
  for (const { check, name, run } of providerCases(registration)) {
    const message = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    results.push({ check, name, passed: message === undefined, message });
  }
  const failed = results.filter(({ passed }) => !passed);
  const summary = `${provider}: ${results.length - failed.length} of ${results.length} cases passed`;
  return {
    provider,
    passed: failed.length === 0,
    results,
    failedChecks: [...new Set(failed.map(({ check }) => check))],
    text: [summary, ...failed.map(({ name, message }) => `  ${name}: ${message}`)].join('\n'),
  };
}
