import { describe, expect, it } from 'vitest';
import type { Inbound } from '../../core/src/inbound.ts';
import { checkHead } from '../../core/src/request-head.ts';

/** A head of these lines, as Node would give it: the first of two headers counts. */
function head(...lines: readonly (readonly [string, string])[]): Inbound {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) headers[name.toLowerCase()] ??= value;
  return { headers, rawHeaders: lines.flat() } as unknown as Inbound;
}

function refusal(
  inbound: Inbound,
  withBody = true,
): { readonly code: string; readonly status: number; readonly message: string } | undefined {
  try {
    checkHead(inbound, withBody);
    return undefined;
  } catch (error) {
    return error as never;
  }
}

const json = ['content-type', 'application/json'] as const;

describe('duplicates', () => {
  it.each(['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'host', 'content-type', 'content-encoding'])(
    '%s may come once, in whatever case',
    (name) => {
      expect(refusal(head(json, [name, 'identity']))?.code).toBe(name === 'content-type' ? 'GW_DUPLICATE_HEADER' : undefined);
      expect(refusal(head([name, 'a'], ['x', 'y'], [name.toUpperCase(), 'b']))).toMatchObject({
        code: 'GW_DUPLICATE_HEADER',
        status: 400,
        message: expect.stringContaining(`"${name}"`),
      });
    },
  );

  it('are refused on routes without a body too', () => {
    expect(refusal(head(['Host', 'a'], ['host', 'b']), false)?.code).toBe('GW_DUPLICATE_HEADER');
  });

  it('of headers that nobody decides by are let through', () => {
    expect(refusal(head(json, ['cookie', 'a'], ['cookie', 'b'], ['x-forwarded-for', '1'], ['x-forwarded-for', '2']))).toBeUndefined();
  });

  it('are looked for among names only: a value may say what it likes', () => {
    expect(refusal(head(json, ['x', 'host'], ['y', 'host'], ['z', 'authorization'], ['authorization', 'z']))).toBeUndefined();
  });

  it('are told without their values', () => {
    expect(refusal(head(['authorization', 'Bearer first'], ['authorization', 'Bearer second']))?.message).not.toMatch(/first|second/);
  });
});

describe('bodies that the gateway would not understand', () => {
  it.each(['gzip', 'br', 'GZIP', '', 'identity, gzip', 'Identity'])('content-encoding %j is refused with 415, and shown', (encoding) => {
    expect(refusal(head(json, ['content-encoding', encoding]))).toMatchObject({
      code: 'GW_UNSUPPORTED_ENCODING',
      status: 415,
      message: expect.stringContaining(JSON.stringify(encoding)),
    });
  });

  it('content-encoding identity, or none, is taken', () => {
    expect(refusal(head(json, ['content-encoding', 'identity']))).toBeUndefined();
    expect(refusal(head(json))).toBeUndefined();
  });

  it.each(['application/json; charset=utf-8', 'Application/Json', 'application/json ; charset="UTF-8"'])('%s is JSON', (type) => {
    expect(refusal(head(['content-type', type]))).toBeUndefined();
  });

  it.each(['text/plain', 'application/json; charset=utf-16', 'application/json; charset="utf-8', ''])(
    '%j is refused with 415, and shown',
    (type) => {
      expect(refusal(head(['content-type', type]))).toMatchObject({
        code: 'GW_UNSUPPORTED_MEDIA_TYPE',
        status: 415,
        message: expect.stringContaining(JSON.stringify(type)),
      });
    },
  );

  it('no content type is told as missing', () => {
    expect(refusal(head())?.message).toContain('The content type is missing');
  });

  it('are shown short', () => {
    expect(refusal(head(['content-type', 'x'.repeat(10_000)]))?.message.length).toBeLessThan(300);
    expect(refusal(head(json, ['content-encoding', 'x'.repeat(10_000)]))?.message.length).toBeLessThan(300);
  });

  it('concern only routes that take a body', () => {
    expect(refusal(head(['content-type', 'text/plain'], ['content-encoding', 'gzip']), false)).toBeUndefined();
  });
});
