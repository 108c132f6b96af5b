import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gathered } from '../../core/src/gathered.ts';

describe('Gathered', () => {
  it('gives back all bytes in their order, however they came', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ minLength: 1_000, maxLength: 1_100 }))), (parts) => {
        const gathered = new Gathered();
        for (const part of parts) gathered.add(Buffer.from(part));
        const all = Buffer.concat(parts);
        expect(gathered.length).toBe(all.length);
        expect(gathered.whole().equals(all)).toBe(true);
        expect(gathered.whole().equals(all)).toBe(true);
      }),
    );
  });

  it('copies nothing that came as one', () => {
    const gathered = new Gathered();
    const only = Buffer.from('the only part');
    gathered.add(only);
    expect(gathered.whole()).toBe(only);
  });

  it('keeps no read buffer for a byte of it', () => {
    const gathered = new Gathered();
    const before = process.memoryUsage().arrayBuffers;
    // Each byte lies in a buffer of its own of 64 KiB, as a socket's reads do.
    for (let count = 0; count < 10_240; count += 1) gathered.add(Buffer.allocUnsafeSlow(65_536).subarray(0, 1));
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(gathered.whole()).toHaveLength(10_240);
    expect(grown).toBeLessThan(10_240 * 65_536 * 0.5);
  });
});
