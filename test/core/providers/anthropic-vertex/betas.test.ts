import { describe, expect, it } from 'vitest';
import { vertexBetas } from '../../../../core/src/providers/anthropic-vertex/betas.ts';

describe('the betas of Vertex', () => {
  it.each(['effort-2025-11-24', 'tool-search-tool-2025-10-19', 'structured-outputs-2025-11-13', 'fine-grained-tool-streaming-2025-05-14'])(
    'have none that Vertex was seen to refuse: %s',
    (beta) => {
      for (const known of Object.values(vertexBetas)) expect(known).not.toContain(beta);
    },
  );

  it('are each said once, frozen', () => {
    for (const known of Object.values(vertexBetas)) {
      expect(new Set(known).size).toBe(known.length);
      expect(Object.isFrozen(known)).toBe(true);
    }
  });
});
