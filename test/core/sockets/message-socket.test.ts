import { describe, expect, it } from 'vitest';
import { closeCodes } from '../../../core/src/sockets/message-socket.ts';

describe('closeCodes', () => {
  it('are codes that an endpoint may send (RFC 6455 §7.4.1: 1004 to 1006 and 1015 are none)', () => {
    for (const code of Object.values(closeCodes)) expect([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011]).toContain(code);
  });
});
