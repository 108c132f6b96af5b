import type { CheckName } from './checks/check.ts';
import { contractCases } from './contract-cases.ts';
import type { PluginRegistration } from './registration.ts';

export interface CaseResult {
  readonly check: CheckName;
  readonly name: string;
  readonly passed: boolean;
  /** What was seen and what is expected; only of a case that did not pass. */
  readonly message: string | undefined;
}

export interface ContractReport {
  readonly plugin: string;
  readonly passed: boolean;
  readonly results: readonly CaseResult[];
  /** The checks that did not pass, each once. */
  readonly failedChecks: readonly CheckName[];
  /** The report as text: one line on the whole, one on each case that did not pass. */
  readonly text: string;
}

/** Runs a plugin through the whole contract, one case after the other. Rejects only when the plugin cannot be made at all. */
export async function testPlugin(registration: PluginRegistration): Promise<ContractReport> {
  const plugin = registration.plugin().name;
  const results: CaseResult[] = [];
  for (const { check, name, run } of contractCases(registration)) {
    const message = await messageOf(run);
    results.push({ check, name, passed: message === undefined, message });
  }
  const failed = results.filter(({ passed }) => !passed);
  const summary = `${plugin}: ${results.length - failed.length} of ${results.length} cases passed`;
  return {
    plugin,
    passed: failed.length === 0,
    results,
    failedChecks: [...new Set(failed.map(({ check }) => check))],
    text: [summary, ...failed.map(({ name, message }) => `  ${name}: ${message}`)].join('\n'),
  };
}

async function messageOf(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
