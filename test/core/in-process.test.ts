import { describe, expect, it } from 'vitest';
import { InProcessInbound, InProcessOutbound } from '../../core/src/in-process.ts';

const limits = { bytes: 10, ms: 1_000 };

describe('a request of this process', () => {
  it('is what it was made of, and comes from no address', () => {
    const inbound = new InProcessInbound('POST', '/v1/x', { a: '1', b: '2' }, Buffer.from('body'));
    expect(inbound).toMatchObject({ method: 'POST', path: '/v1/x', query: '', headers: { a: '1', b: '2' }, ip: undefined });
    expect(inbound.rawHeaders).toEqual(['a', '1', 'b', '2']);
  });

  it('gives its very bytes, up to the limit', async () => {
    const bytes = Buffer.from('0123456789');
    expect(await new InProcessInbound('POST', '/', {}, bytes).readBody(limits)).toBe(bytes);
    const larger = new InProcessInbound('POST', '/', {}, Buffer.from('0123456789a'));
    await expect(larger.readBody(limits)).rejects.toMatchObject({
      code: 'GW_BODY_TOO_LARGE',
      message: expect.stringContaining('10 bytes'),
    });
  });
});

describe('an answer to this process', () => {
  it('sent whole has its status and bytes, and is complete', async () => {
    const outbound = new InProcessOutbound();
    expect(outbound.started).toBe(false);
    outbound.send(404, ['x', 'y'], Buffer.from('gone'));
    expect(outbound).toMatchObject({ started: true, status: 404, queued: false, waiting: false });
    expect(outbound.body.toString()).toBe('gone');
    expect(await outbound.closed).toBe(true);
  });

  it('sent in parts is complete at its end', async () => {
    const outbound = new InProcessOutbound();
    outbound.start(200);
    expect(outbound.write(Buffer.from('a'))).toBe(true);
    expect(outbound.write(Buffer.from('b'))).toBe(true);
    outbound.end();
    expect(await outbound.closed).toBe(true);
    expect(outbound.body.toString()).toBe('ab');
  });

  it('that is cut has its last words and is not complete', async () => {
    const outbound = new InProcessOutbound();
    outbound.start(200);
    outbound.cut(Buffer.from('sorry'));
    expect(await outbound.closed).toBe(false);
    expect(outbound.body.toString()).toBe('sorry');
  });

  it('that nobody waits for any more is not complete, whatever comes after', async () => {
    const outbound = new InProcessOutbound();
    outbound.leave();
    outbound.send(200, [], Buffer.from('late'));
    expect(await outbound.closed).toBe(false);
  });
});
