import type { GatewayResponse, StreamEvent } from '@express-ai-gateway/core/plugin';
import type { PluginRegistration } from '../registration.ts';
import { patienceMs } from '../rig/client.ts';
import { dialects } from '../rig/dialects/all.ts';
import type { KitDialect } from '../rig/dialects/kit-dialect.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { gate, until, within } from '../rig/time.ts';
import { requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

/** Events of the first part: more text than a plugin may sensibly hold back. */
const firstPart = 256;
/** Events that a plugin may have taken although the client took one. */
const ahead = 64;
/** Time for the first text to come through, or for a plugin that reads ahead to do it. Milliseconds. */
const throughMs = 2_000;
const idleMs = 50;

/** Streams stay streams. */
export function streamSafety(registration: PluginRegistration): ContractCase[] {
  return dialects
    .filter(({ upstream }) => upstream?.stream !== undefined)
    .flatMap((dialect) => [
      contractCase('stream-safety', `${dialect.id}, the first event goes out before the last comes in`, () => flows(registration, dialect)),
      contractCase('stream-safety', `${dialect.id}, no hook reads the stream`, () => hookIsBrief(registration, dialect)),
      contractCase('stream-safety', `${dialect.id}, reads no faster than the client`, () => followsClient(registration, dialect)),
    ]);
}

async function flows(registration: PluginRegistration, dialect: KitDialect): Promise<void> {
  await withRig(registration, async (rig) => {
    const caller = rig.caller();
    const received = gate();
    const frames = framesOf(dialect, firstPart);
    rig.upstream.script(caller.word, async (call) => {
      for (const frame of [frames.beginning, ...frames.pieces]) await call.write(frame);
      await within(throughMs, received.opened);
      await call.write(frames.end);
      call.end();
    });
    const client = rig.send(requestOf(dialect, caller, true));
    const text = (): string => dialect.upstream?.stream?.texts(wholeFrames(client.received))[0] ?? '';
    const came = await until(() => text() !== '', throughMs);
    received.open();
    await client.done();
    must(
      came,
      () =>
        `the upstream had sent ${firstPart} events and the client had got no text of them after ${throughMs} ms; ` +
        'return the response with its events wrapped, and hold back no more than you must',
    );
    const { complete, status } = await client.answer;
    must(complete && status === 200, () => `the stream did not come to its end within ${patienceMs} ms`);
  });
}

async function hookIsBrief(registration: PluginRegistration, dialect: KitDialect): Promise<void> {
  await withRig(registration, async (rig) => {
    let read = 0;
    let readInHook = 0;
    rig.inner.afterResponse = ({ response }) =>
      watched(response, () => {
        read += 1;
      });
    rig.outer.afterResponse = () => {
      readInHook = read;
    };
    await stream(rig, dialect, 8);
    must(
      readInHook === 0,
      () =>
        `the plugin read ${readInHook} event(s) inside its hook, before anything could be sent; wrap the events and read them when you are read`,
    );
  });
}

async function followsClient(registration: PluginRegistration, dialect: KitDialect): Promise<void> {
  await withRig(registration, async (rig) => {
    let read = 0;
    let readAhead: number | undefined;
    rig.inner.afterResponse = ({ response }) =>
      watched(response, () => {
        read += 1;
      });
    rig.outer.afterResponse = ({ response }) =>
      watched(response, async (given) => {
        if (given !== 1) return;
        await until(() => read > given + ahead, idleMs);
        readAhead = read - given;
      });
    await stream(rig, dialect, 16 * ahead);
    must(
      (readAhead ?? 0) <= ahead,
      () =>
        `while the client took its first event, the plugin took ${readAhead} more from the upstream; read one when you are asked for one`,
    );
    must(read === 0 || readAhead !== undefined, () => 'the plugin took the events and gave none of them on');
  });
}

async function stream(rig: Rig, dialect: KitDialect, events: number): Promise<void> {
  const caller = rig.caller();
  const { beginning, pieces, end } = framesOf(dialect, events);
  rig.upstream.script(caller.word, async (call) => {
    await call.write([beginning, ...pieces, end].join(''));
    call.end();
  });
  const client = rig.send(requestOf(dialect, caller, true));
  const { complete, status } = await client.done();
  must(complete && status === 200, () => `a stream of ${events} events did not come to its end within ${patienceMs} ms`);
}

/** The response with its events shown to `look`, with their number, one by one as they are read. */
function watched(response: GatewayResponse, look: (given: number) => unknown): GatewayResponse {
  const { body } = response;
  if (body.kind !== 'stream') return response;
  const events = async function* (): AsyncGenerator<StreamEvent> {
    let given = 0;
    for await (const event of body.events) {
      given += 1;
      await look(given);
      yield event;
    }
  };
  return { ...response, body: { kind: 'stream', events: events() } };
}

function framesOf(dialect: KitDialect, count: number) {
  const pieces = Array.from({ length: count }, (_, index) => `Some text ${'abcdefgh'[index % 8]} that goes on. `);
  return dialect.upstream?.stream?.frames(pieces) ?? { beginning: '', pieces: [], end: '' };
}

/** What was received up to the last whole frame. */
function wholeFrames(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.slice(0, text.lastIndexOf('\n\n') + 2);
}
