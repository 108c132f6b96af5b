import { describe, expect, it } from 'vitest';
import {
  experimentName,
  headerName,
  modelName,
  oneOrMore,
  percent,
  targetPattern,
  targetPatterns,
  textPatterns,
} from '../../../plugins/routing/src/options.ts';

describe('options', () => {
  it.each([
    [targetPattern, 'gpt-5'],
    [targetPattern, 'a/*/*'],
    [targetPattern, ''],
    [targetPatterns, []],
    [modelName, 'openai/*'],
    [textPatterns, '*x*'],
    [textPatterns, []],
    [headerName, 'bad name'],
    [percent, 100.1],
    [percent, -1],
    [experimentName, 'Upper'],
    [experimentName, 'x'.repeat(33)],
  ])('refuse what cannot be meant (%#)', (schema, value) => expect(schema.safeParse(value).success).toBe(false));

  it.each([
    [targetPattern, 'openai/gpt-5', 'openai/gpt-5'],
    [targetPattern, '*', '*'],
    [targetPattern, 'huggingface/org/model', 'huggingface/org/model'],
    [textPatterns, 'one', ['one']],
    [textPatterns, ['one', 'tw*'], ['one', 'tw*']],
    [oneOrMore(percent), 5, [5]],
    [headerName, 'X-Arm', 'x-arm'],
  ])('take what is (%#)', (schema, value, expected) => expect(schema.parse(value)).toEqual(expected));
});
