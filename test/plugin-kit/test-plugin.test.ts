import { definePlugin } from '@express-ai-gateway/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { testPlugin } from '../contract/src/index.ts';

// All cases take their time, and are run elsewhere: here those of two checks stand for them.
vi.mock(import('../contract/src/contract-cases.ts'), async (original) => {
  const { contractCases } = await original();
  return {
    contractCases: (registration) => contractCases(registration).filter(({ check }) => /^(?:isolation|byte-faithful)$/.test(check)),
  };
});

describe('testPlugin', () => {
  it('passes a plugin that does nothing, and says so in one line', async () => {
    const report = await testPlugin({ plugin: definePlugin({ name: 'idle', create: () => ({}) }) });
    expect(report).toMatchObject({ plugin: 'idle', passed: true, failedChecks: [] });
    expect(report.text).toBe(`idle: ${report.results.length} of ${report.results.length} cases passed`);
  });

  it('names each case that did not pass, and why', async () => {
    const shouting = definePlugin({ name: 'shouting', create: () => ({ beforeRoute: ({ call }) => call.set(['seed'], 7) }) });
    const report = await testPlugin({ plugin: shouting });
    const failed = report.results.filter(({ passed }) => !passed);
    expect(report).toMatchObject({ passed: false, failedChecks: ['byte-faithful'] });
    const [summary, first, ...others] = report.text.split('\n');
    expect(summary).toBe(`shouting: ${report.results.length - failed.length} of ${report.results.length} cases passed`);
    expect(first).toMatch(/^ {2}byte-faithful: openai-chat, no stream: the request to the upstream differs at character \d+: /);
    expect(others).toHaveLength(failed.length - 1);
  });

  it('rejects when there is no plugin to test', async () => {
    const plugin = () => {
      throw new Error('No options, no plugin.');
    };
    await expect(testPlugin({ plugin })).rejects.toThrow('No options, no plugin.');
  });
});
