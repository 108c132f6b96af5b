import { describe, expect, it } from 'vitest';
import { warnOfNode } from '../../core/src/node-floor.ts';
import { recordingLogger } from './harness/recording-logger.ts';

function warnings(version: string): string[] {
  const logger = recordingLogger();
  warnOfNode(version, logger);
  return logger.lines.map(({ message }) => message);
}

describe('warnOfNode', () => {
  it.each(['22.22.2', '22.23.0', '24.14.1', '24.21.0', '25.8.2', '26.0.0', '27.1.0'])('is silent on %s', (version) => {
    expect(warnings(version)).toEqual([]);
  });

  it.each(['22.22.1', '22.19.0', '24.14.0', '24.0.0', '25.8.1'])('names %s and what to use instead', (version) => {
    const [warning, ...others] = warnings(version);
    expect(others).toEqual([]);
    expect(warning).toContain(`Node ${version} `);
    expect(warning).toMatch(/use \d+\.\d+\.\d+ or later/);
  });
});
