import { describe, expect, it } from 'vitest';
import type { LoadedPlugin } from '../../../core/src/hooks.ts';
import type { Sockets } from '../../../core/src/http/sockets.ts';
import { RealtimeOpening } from '../../../core/src/sockets/realtime-opening.ts';
import { ResponsesOpening } from '../../../core/src/sockets/responses-opening.ts';
import { type SocketRouteParts, socketRoutes, socketsOf } from '../../../core/src/sockets/routes.ts';

const sockets = { dialects: ['openai-responses', 'openai-realtime'] } as unknown as Sockets;
const bringing = (name: string, own?: Sockets) => ({ name, hooks: own === undefined ? {} : { sockets: own } }) as unknown as LoadedPlugin;
const parts = { limits: { eventBytes: 1 }, timeouts: { connectMs: 1, totalMs: 1 } } as unknown as SocketRouteParts;
const pathsOf = (dialects: readonly string[]) => socketRoutes({ ...sockets, dialects } as Sockets, parts).map(({ path }) => path);

describe('socketsOf', () => {
  it('refuses two that bring them: each would let in whom the other does not', () => {
    expect(() => socketsOf([bringing('one', sockets), bringing('two', sockets)])).toThrow(/one that brings WebSockets.*one, two/s);
  });

  it('is what the one brings, or nothing', () => {
    expect(socketsOf([bringing('none'), bringing('one', sockets)])).toBe(sockets);
    expect(socketsOf([bringing('none')])).toBeUndefined();
  });
});

describe('socketRoutes', () => {
  it('are those of the dialects that are let in', () => {
    expect(pathsOf([])).toEqual([]);
    expect(pathsOf(['openai-responses'])).toEqual(['/v1/responses']);
    expect(pathsOf(['openai-realtime'])).toEqual(['/v1/realtime', '/openai/v1/realtime']);
  });

  it('begin anew with each session', () => {
    const [responses, realtime] = socketRoutes(sockets, parts);
    expect(responses?.opening()).toBeInstanceOf(ResponsesOpening);
    expect(realtime?.opening()).toBeInstanceOf(RealtimeOpening);
    expect(realtime?.opening()).not.toBe(realtime?.opening());
  });
});
