import { describe, expect, it } from 'vitest';
import { bedrockBetas } from '../../../providers/bedrock/src/betas.ts';

describe('the betas that Bedrock takes', () => {
  it('are values of anthropic-beta, each once, in an order that a person finds them in', () => {
    for (const beta of bedrockBetas) expect(beta).toMatch(/^[a-z0-9-]+-20\d{2}-\d{2}-\d{2}$/);
    expect(bedrockBetas).toEqual([...new Set(bedrockBetas)].sort());
    expect(Object.isFrozen(bedrockBetas)).toBe(true);
  });

  it.each([
    ['claude-code-20250219', 'anthropics/claude-code#49648'],
    ['extended-cache-ttl-2025-04-11', 'anthropics/claude-code#56595'],
    ['mcp-servers-2025-12-04', 'BerriAI/litellm#19877'],
    ['oauth-2025-04-20', 'router-for-me/CLIProxyAPI#4750'],
    ['prompt-caching-scope-2026-01-05', 'router-for-me/CLIProxyAPI#4750'],
    ['thinking-binding-controls-2026-08-01', 'BerriAI/litellm#41203'],
  ])('%s is not one of them (%s)', (beta) => {
    expect(bedrockBetas).not.toContain(beta);
  });
});
