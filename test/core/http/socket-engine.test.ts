import { describe, expect, it } from 'vitest';
import { isRefusedDial } from '../../../core/src/http/socket-engine.ts';
import { ScriptedSocket } from '../sockets/scripted-socket.ts';

describe('isRefusedDial', () => {
  it('tells an answer from a socket', () => {
    expect(isRefusedDial({ status: 401, headers: {}, body: Buffer.alloc(0) })).toBe(true);
    expect(isRefusedDial(new ScriptedSocket())).toBe(false);
  });
});
