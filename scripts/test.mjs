// `npm test`: Vitest once over, then one closing line that people and CI read: `N passed, N failed` (`, N skipped` when any were).
// Arguments go to Vitest: `npm test -- test/core/json`.

import { parseCLI, startVitest } from 'vitest/node';

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { ...options, watch: false, run: true });
const counts = countOutcomes(vitest.state);
await vitest.close();
finish(counts);

/** @param {import('vitest/node').Vitest['state']} state */
function countOutcomes(state) {
  const counts = { passed: 0, failed: state.getUnhandledErrors().length, skipped: 0 };
  for (const module of state.getTestModules()) {
    // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
    let reported = false;
    for (const test of module.children.allTests()) {
      const outcome = test.result().state;
      if (outcome === 'passed') counts.passed += 1;
      else if (outcome === 'skipped') counts.skipped += 1;
      else {
        counts.failed += 1;
        reported = true;
      }
    }
    if (module.state() === 'failed' && !reported) counts.failed += 1;
  }
  return counts;
}

/** @param {{ passed: number; failed: number; skipped: number }} outcome */
function finish({ passed, failed, skipped }) {
  // Vitest also refuses runs that no count shows: no test file found, a threshold missed.
  const refused = failed === 0 && Boolean(process.exitCode);
  const closing = `${passed} passed, ${refused ? 1 : failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
  process.stdout.write(closing, () => process.exit(failed > 0 || refused ? 1 : 0));
}
