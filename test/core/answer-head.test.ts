import { describe, expect, it } from 'vitest';
import { headList, opaqueHeadList } from '../../core/src/answer-head.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { type GatewayErrorCode, gatewayError } from '../../core/src/errors.ts';
import { Exchange } from '../../core/src/exchange.ts';
import { InProcessInbound } from '../../core/src/in-process.ts';
import type { ResponseHeaders } from '../../core/src/model/headers.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { manualClock } from './harness/manual-clock.ts';
import { recordingLogger } from './harness/recording-logger.ts';

function exchange(): Exchange {
  const inbound = new InProcessInbound('POST', '/v1/chat/completions', {}, Buffer.alloc(0));
  return new Exchange({ clock: manualClock(), logger: recordingLogger(), router: new Router([], {}) }, inbound, openaiChat);
}

/** Names and values as pairs, in their order. */
function pairs(list: readonly string[]): [string, string][] {
  expect(list.length % 2).toBe(0);
  return Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at] as string, list[2 * at + 1] as string]);
}

const json = 'application/json; charset=utf-8';

describe('the head of an answer', () => {
  it('whole: its type, its length, the id of the exchange', () => {
    const one = exchange();
    expect(pairs(headList(one, {}, json, 7))).toEqual([
      ['content-type', json],
      ['x-request-id', one.id],
      ['content-length', '7'],
    ]);
  });

  it('empty: its length is 0, not unknown', () => {
    expect(pairs(headList(exchange(), {}, json, 0))).toContainEqual(['content-length', '0']);
  });

  it('streamed: no length, and a word to proxies that they shall not hold it back', () => {
    const list = pairs(headList(exchange(), {}, 'text/event-stream', undefined));
    expect(list.map(([name]) => name)).not.toContain('content-length');
    expect(list).toContainEqual(['cache-control', 'no-cache, no-transform']);
    expect(list).toContainEqual(['x-accel-buffering', 'no']);
  });

  it('has the headers of the response and those that plugins set', () => {
    const one = exchange();
    one.setHeader('X-Elapsed-Ms', '5');
    const list = pairs(headList(one, { 'retry-after': '2' }, json, 7));
    expect(list).toContainEqual(['retry-after', '2']);
    expect(list).toContainEqual(['x-elapsed-ms', '5']);
  });

  it.each([7, undefined])('keeps framing and id to itself, in any spelling (length %s)', (length) => {
    const one = exchange();
    const theirs: ResponseHeaders = {
      'Content-Type': 'text/html',
      'content-length': '1',
      'Transfer-Encoding': 'chunked',
      connection: 'upgrade',
      'X-Request-Id': 'theirs',
    };
    for (const [name, value] of Object.entries(theirs)) one.setHeader(name, value);
    const list = pairs(headList(one, theirs, json, length));
    expect(list).toContainEqual(['content-type', json]);
    expect(list).toContainEqual(['x-request-id', one.id]);
    for (const value of ['text/html', '1', 'chunked', 'upgrade', 'theirs']) expect(list.map(([, said]) => said)).not.toContain(value);
    expect(list.filter(([name]) => name.toLowerCase() === 'content-type')).toHaveLength(1);
  });

  it('has each header once: what a plugin set takes the place of what came with the answer', () => {
    const one = exchange();
    one.setHeader('Retry-After', '9');
    one.setHeader('retry-after', '10');
    const list = pairs(headList(one, { 'Retry-After': '2' }, json, 7));
    expect(list.filter(([name]) => name.toLowerCase() === 'retry-after')).toEqual([['retry-after', '10']]);
  });

  it.each([
    ['no-store', 'no-store, no-transform'],
    ['private, No-Transform', 'private, No-Transform'],
    ['x="no-transforms"', 'x="no-transforms", no-transform'],
  ])('streamed: a plugin that says %s of caches gets %s, for a compressed event is a late one', (said, expected) => {
    const one = exchange();
    one.setHeader('cache-control', said);
    const caches = (length: number | undefined) => pairs(headList(one, {}, json, length)).filter(([name]) => name === 'cache-control');
    expect(caches(undefined)).toEqual([['cache-control', expected]]);
    expect(caches(7)).toEqual([['cache-control', said]]);
  });

  it.each([
    ['GW_BODY_TOO_LARGE', true],
    ['GW_BODY_TIMEOUT', true],
    ['GW_BAD_JSON', false],
    ['GW_INTERNAL', false],
  ] as [GatewayErrorCode, boolean][])('after %s closes the connection: %s', (code, closes) => {
    const one = exchange();
    one.error = gatewayError(code);
    expect(pairs(headList(one, {}, json, 7)).some(([name, value]) => name === 'connection' && value === 'close')).toBe(closes);
  });
});

describe('the head of an answer that is carried', () => {
  it('says no more of type and length than the upstream did', () => {
    const one = exchange();
    expect(pairs(opaqueHeadList(one, {}, 'image/png', 7))).toEqual([
      ['content-type', 'image/png'],
      ['x-request-id', one.id],
      ['content-length', '7'],
    ]);
    expect(pairs(opaqueHeadList(one, { 'content-type': 'text/html', 'x-a': 'b' }, undefined, undefined))).toEqual([
      ['x-request-id', one.id],
      ['x-a', 'b'],
    ]);
  });

  it('asks proxies not to hold back events, and only those', () => {
    expect(pairs(opaqueHeadList(exchange(), {}, 'Text/Event-Stream; charset=utf-8', undefined))).toContainEqual([
      'x-accel-buffering',
      'no',
    ]);
    expect(pairs(opaqueHeadList(exchange(), {}, 'text/event-streams', undefined)).map(([name]) => name)).not.toContain('x-accel-buffering');
  });
});
