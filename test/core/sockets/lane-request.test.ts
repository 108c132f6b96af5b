import { describe, expect, it } from 'vitest';
import { LaneRequest } from '../../../core/src/sockets/lane-request.ts';
import type { UpstreamListener } from '../../../core/src/upstream/transport.ts';
import { ScriptedSocket } from './scripted-socket.ts';

/** A request, what its listener hears of it, and what its lane does. */
function made(body = '{"model":"m","stream":true,"n":1.0}') {
  const heard: string[] = [];
  const noted: string[] = [];
  /** When it went out: after how much was heard. */
  const sent: number[] = [];
  const listener: UpstreamListener = {
    sent: () => sent.push(heard.length),
    head: (status, headers) => heard.push(`head ${status} ${String(headers['content-type'])}`),
    data: (data) => heard.push(String(data)),
    end: () => heard.push('end'),
    fail: (error) => heard.push(`fail: ${(error as Error).message}`),
  };
  const request = new LaneRequest(body, listener, { ended: (id) => noted.push(`ended ${id}`), lost: () => noted.push('lost') });
  return { request, heard, noted, sent, socket: new ScriptedSocket() };
}

const stream = 'head 200 text/event-stream';

describe('LaneRequest', () => {
  it.each([
    ['{"type":"error","status":429,"error":{"code":"x"}}', 429, '{"error":{"code":"x"}}'],
    ['{"type":"error","status":399}', 500, '{"error":null}'],
    ['{"type":"error","status":400}', 400, '{"error":null}'],
    ['{"type":"error","status":599}', 599, '{"error":null}'],
    ['{"type":"error","status":600}', 500, '{"error":null}'],
    ['{"type":"error","status":"429"}', 500, '{"error":null}'],
    ['{"type":"error","status":429.5}', 500, '{"error":null}'],
  ])('makes an error that comes instead of an answer a status: %s', (text, status, body) => {
    const { request, heard, noted, socket } = made();
    request.sendOn(socket);
    socket.say(text);
    expect(heard).toEqual([`head ${status} application/json`, body, 'end']);
    expect(noted).toEqual(['ended undefined']);
  });

  it('fails where the socket ends or says what is no text', () => {
    const closed = made();
    closed.request.sendOn(closed.socket);
    closed.socket.say('{"type":"response.created"}');
    closed.socket.leave();
    expect(closed.heard.at(-1)).toBe('fail: the connection was closed');
    expect(closed.noted).toEqual(['lost']);
    const binary = made();
    binary.request.sendOn(binary.socket);
    binary.socket.sayBinary();
    expect(binary.heard).toEqual(['fail: a binary message']);
    expect(binary.socket.terminated).toBe(true);
    binary.socket.leave();
    expect(binary.heard).toHaveLength(1);
  });

  it('closes the socket where it is given up: nothing else takes a request back', () => {
    const { request, heard, noted, socket } = made();
    request.sendOn(socket);
    request.abort();
    request.abort();
    expect(socket.closes).toEqual([1000]);
    expect(noted).toEqual(['lost']);
    socket.say('{"type":"response.created"}');
    socket.leave();
    expect(heard).toEqual([]);
  });

  it('ends the dialling where it is given up meanwhile, and sends nothing then', () => {
    const { request, heard, socket } = made();
    request.abort();
    expect(request.dialling.aborted).toBe(true);
    request.sendOn(socket);
    request.failed(new Error('x'));
    request.refused({ status: 401, headers: {}, body: Buffer.alloc(0) });
    request.passOn(() => expect.unreachable());
    expect([socket.sent, heard]).toEqual([[], []]);
  });

  it('asks in one message, without the field that asks for a stream', () => {
    const { request, socket } = made();
    request.sendOn(socket);
    expect(socket.events).toEqual([{ type: 'response.create', model: 'm', n: 1 }]);
    expect(socket.sent[0]).toContain('"n":1.0');
  });

  it.each(['completed', 'incomplete', 'failed'])('is a stream that ends with response.%s', (kind) => {
    const { request, heard, noted, socket } = made();
    const last = JSON.stringify({ type: `response.${kind}`, response: { id: 'resp_1' } });
    request.sendOn(socket);
    socket.say('{"type":"response.created"}');
    socket.say('{"type":"x","text":"said \\"response.completed\\""}');
    socket.say(last);
    socket.say('{"type":"late"}');
    expect(heard[0]).toBe(stream);
    expect(heard.slice(3)).toEqual([`data: ${last}\n\n`, 'end']);
    expect(noted).toEqual(['ended resp_1']);
  });

  it('says that it went out once it did, before anything is heard', () => {
    const { request, sent, socket } = made();
    expect(sent).toEqual([]);
    request.sendOn(socket);
    socket.say('{"type":"response.completed"}');
    expect(sent).toEqual([0]);
  });

  it('keeps a message one event, whatever line breaks it has', () => {
    const { request, heard, socket } = made();
    request.sendOn(socket);
    socket.say('{\r\n"a":\n1\r}');
    expect(heard).toEqual([stream, 'data: {\ndata: "a":\ndata: 1\ndata: }\n\n']);
  });

  it('passes on what cannot be read', () => {
    const { request, heard, socket } = made();
    request.sendOn(socket);
    socket.say('no JSON "error"');
    expect(heard).toEqual([stream, 'data: no JSON "error"\n\n']);
  });

  it('makes whoever sends wait, also where it paused before there was a socket', () => {
    const { request, socket } = made();
    request.pause();
    request.sendOn(socket);
    expect(socket.paused).toBe(true);
    request.resume();
    expect(socket.paused).toBe(false);
  });

  it('goes another way where there is no socket to be had', () => {
    const { request } = made();
    const calls: string[] = [];
    request.pause();
    request.passOn(() => ({ abort: () => calls.push('abort'), pause: () => calls.push('pause'), resume: () => calls.push('resume') }));
    request.resume();
    request.abort();
    expect(calls).toEqual(['pause', 'resume', 'abort']);
  });
});
