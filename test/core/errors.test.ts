import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openaiError } from '../../core/src/dialects/openai-errors.ts';
import { errorTable, GatewayConfigError, GatewayError, type GatewayErrorCode, gatewayError } from '../../core/src/errors.ts';

const codes = Object.keys(errorTable) as GatewayErrorCode[];

/** Every detail a message asks for, under its own name. */
const details = new Proxy({} as Record<string, string>, { get: (_, name) => `<${String(name)}>` });

/** Never read by a client: it is gone. */
const unheard: readonly string[] = ['GW_CLIENT_CLOSED', 'GW_CLIENT_STALLED'];

const advice = /\b(send|try|give|use|set|split|flatten|encode|mount|wait|compare|ask|expected|operator)\b|<known>/i;

describe.each(codes)('%s', (code) => {
  const row = errorTable[code];
  const error = gatewayError(code, { details });

  it('has a status of the 4xx or 5xx, and retries only where they can help', () => {
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    if (row.retryable) expect([408, 409, 429].includes(row.status) || row.status >= 500).toBe(true);
  });

  it('says in whole sentences what happened and what to do', () => {
    expect(error.message).toMatch(/\.$|<known>$/);
    expect(error.message).not.toMatch(/undefined|null|\[object|\n/);
    if (!unheard.includes(code)) expect(error.message).toMatch(advice);
  });

  it('becomes an error of the same code, status and type', () => {
    expect(error).toMatchObject({ code, status: row.status, type: row.type, retryable: row.retryable, headers: {}, param: undefined });
  });

  it('has one heading in docs/errors.md, with its status, type and whether to retry', () => {
    const sections = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').split(/^(?=#{1,2} )/m);
    const own = sections.filter((section) => section.startsWith(`## ${code}\n`));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(`Status ${row.status}, type \`${row.type}\`, ${row.retryable ? 'worth a retry' : 'no retry'}.`);
    for (const part of ['What happened', 'What the client gets', 'What to do'])
      expect(own[0]).toMatch(new RegExp(`\\*\\*${part}:\\*\\* \\S`));
  });
});

describe('docs/errors.md', () => {
  it('has no heading for a code that is not in the table', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const headings = [...text.matchAll(/^#+ (GW_\w+)/gm)].map(([, code]) => code as string);
    expect(headings.toSorted()).toEqual(codes.toSorted());
  });
});

describe('GatewayError', () => {
  const refusal = { status: 402, code: 'NO_MONEY', message: 'The budget is spent.' };

  it('is a refusal that is not retried, unless it says otherwise', () => {
    expect(new GatewayError(refusal)).toMatchObject({ retryable: false, headers: {}, param: undefined, name: 'GatewayError' });
    const cause = new Error('x');
    const full = new GatewayError({
      ...refusal,
      retryable: true,
      headers: { 'retry-after': '5' },
      param: 'model',
      type: 'rate_limit',
      cause,
    });
    expect(full).toMatchObject({ retryable: true, headers: { 'retry-after': '5' }, param: 'model', type: 'rate_limit', cause });
  });

  it.each([
    [400, 'invalid_request'],
    [401, 'authentication'],
    [402, 'budget'],
    [403, 'permission'],
    [404, 'not_found'],
    [408, 'timeout'],
    [422, 'invalid_request'],
    [429, 'rate_limit'],
    [500, 'internal'],
    [503, 'unavailable'],
    [504, 'timeout'],
  ] as const)('takes the type of status %i from it: %s', (status, type) => {
    expect(new GatewayError({ ...refusal, status }).type).toBe(type);
  });

  it.each([200, 302, 399, 600, 403.5, Number.NaN, '403'])('refuses %s as a status', (status) => {
    expect(() => new GatewayError({ ...refusal, status: status as number })).toThrow(
      /GatewayError\.status: expected an integer from 400 to 599/,
    );
  });

  it.each([[{ 'x y': 'a' }], [{ x: 'a\r\nset-cookie: b' }], [{ x: 'snow \u2603' }], [{ x: 5 as unknown as string }]])(
    'refuses headers that no answer can carry: %j',
    (headers) => {
      expect(() => new GatewayError({ ...refusal, headers: headers as Record<string, string> })).toThrow(/GatewayError\.headers/);
    },
  );

  it('never shows its cause to a client', () => {
    const error = gatewayError('GW_HOOK_FAILED', { cause: new Error('at db.internal with hunter2') });
    expect(openaiError(error, 'id')).not.toMatch(/db\.internal|hunter2|at /);
  });
});

describe('GatewayConfigError', () => {
  it('says each problem in a line of its own', () => {
    const error = new GatewayConfigError('Not usable:', [
      { path: 'a', expected: 'b', received: 'c' },
      { path: 'd', expected: 'e', received: 'f' },
    ]);
    expect(error.message).toBe('Not usable:\n  a: expected b, received c\n  d: expected e, received f');
    expect(error).toMatchObject({ name: 'GatewayConfigError', code: 'GW_CONFIG', problems: [{ path: 'a' }, { path: 'd' }] });
  });
});
