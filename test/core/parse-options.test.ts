import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../core/src/errors.ts';
import { parseOptions } from '../../core/src/parse-options.ts';
import { z } from '../../core/src/plugin.ts';

const schema = z.strictObject({ path: z.string(), size: z.int().default(5) });

describe('parseOptions', () => {
  it('gives what the schema makes of them', () => {
    expect(parseOptions('fileStore()', schema, { path: 'a' })).toEqual({ path: 'a', size: 5 });
  });

  it('takes none for empty ones', () => {
    expect(parseOptions('x', z.strictObject({}), undefined)).toEqual({});
  });

  it('names who was called and every problem', () => {
    const parse = () => parseOptions('fileStore()', schema, { size: 1.5, patth: 'a' });
    expect(parse).toThrow(GatewayConfigError);
    for (const words of [
      'fileStore() cannot be used like this:',
      'options.path: expected',
      'options.size: expected a whole number',
      'did you mean path?',
    ])
      expect(parse).toThrow(words);
  });
});
