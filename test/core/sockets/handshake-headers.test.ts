import { describe, expect, it } from 'vitest';
import { handshakeHeaders } from '../../../core/src/sockets/handshake-headers.ts';

describe('handshakeHeaders', () => {
  it('leave out what one request says of its body and its answer, and keep the rest in its order', () => {
    const list = [
      'authorization',
      'Bearer x',
      'content-type',
      'a',
      'content-length',
      '1',
      'accept',
      'b',
      'accept-encoding',
      'c',
      'x-content',
      'd',
    ];
    expect(handshakeHeaders(list)).toEqual([
      ['authorization', 'Bearer x'],
      ['x-content', 'd'],
    ]);
    expect(handshakeHeaders([])).toEqual([]);
  });
});
