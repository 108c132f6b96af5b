import { GatewayConfigError } from '@express-ai-gateway/core/plugin';
import { contractCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { teamLabel } from '../src/team-label.ts';

describe('team-label keeps the plugin contract', () => {
  const registration = {
    plugin: () => teamLabel({ header: 'X-Group', teams: ['search', 'billing'] }),
    headers: () => ({ 'x-group': 'search' }),
  };
  for (const { name, run } of contractCases(registration)) it(name, run);
});

describe('the options of team-label', () => {
  it('are refused with the path and the value received', () => {
    expect(() => teamLabel({ teams: ['search & find'] })).toThrow(GatewayConfigError);
    expect(() => teamLabel({ teams: ['search & find'] })).toThrow(/options\.teams\[0\].*received "search & find"/);
  });
});
