import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknownModel } from '../../../core/src/dialects/unknown-model.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import type { OfferedModel } from '../../../core/src/model/offered.ts';

const offered: readonly OfferedModel[] = [
  { id: 'chat', ownedBy: 'gateway' },
  { id: 'openai/gpt-5-mini', ownedBy: 'openai' },
];

/** What the 404 says. */
function said(id: string, models: readonly OfferedModel[] = offered): string {
  const error = unknownModel(id, models);
  expect(error).toBeInstanceOf(GatewayError);
  expect(error).toMatchObject({ status: 404, code: 'GW_UNKNOWN_MODEL', type: 'not_found', param: 'model', retryable: false });
  return error.message;
}

describe('an unknown model', () => {
  it('is told together with those there are', () => {
    expect(said('gpt-9')).toBe('There is no model "gpt-9" here. Available: chat, openai/gpt-5-mini.');
  });

  it('is told how to address one where none is listed', () => {
    expect(said('gpt-9', [])).toBe('There is no model "gpt-9" here. Address one as provider/model.');
  });

  it('names twenty of many and counts the rest', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ id: `m${index}`, ownedBy: 'p' }));
    expect(said('x', many.slice(0, 20))).not.toContain('more');
    expect(said('x', many)).toMatch(/m19 and 5 more\.$/);
  });

  it('a long name is cut: nobody fills a log with it', () => {
    expect(said('x'.repeat(100))).toContain(`"${'x'.repeat(100)}"`);
    expect(said('x'.repeat(100_000)).length).toBeLessThan(300);
  });

  it('whatever was asked for, the message is one line of well-formed text without control or direction characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (id) => {
        const message = said(id);
        expect(message.isWellFormed()).toBe(true);
        expect(message).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
      { examples: [['\u001b[31m'], ['a\r\nset-cookie: b'], ['\u202egnp'], [`${'x'.repeat(99)}🙂`], ['\ud800']] },
    );
  });
});
