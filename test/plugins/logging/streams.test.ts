import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { type Beneath, firstOf, flushed, onError, over, streamsBeneath, waitingIn } from '../../../plugins/logging/src/streams.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';

leavesNothing();

/** A stream that takes its next bytes when it is told to. */
function gated(options: { readonly objectMode?: boolean } = {}): { readonly stream: Writable; take(error?: Error): void } {
  let waiting: (error?: Error) => void = () => {};
  const stream = new Writable({
    ...options,
    write(_chunk, _encoding, done) {
      waiting = done;
    },
  });
  return { stream, take: (error) => waiting(error) };
}

/** Whether a promise is done by the time everything that was due has run. */
async function isDone(work: Promise<void>): Promise<boolean> {
  let done = false;
  void work.then(() => {
    done = true;
  });
  await new Promise((go) => setImmediate(go));
  return done;
}

describe('what lies beneath a transport', () => {
  it('is standard output and standard error for the console', () => {
    expect(streamsBeneath(new winston.transports.Console())).toEqual([process.stdout, process.stderr]);
  });

  it('is every stream that it holds, and not the logger that it belongs to', () => {
    const { stream } = gated();
    const transport = new winston.transports.Stream({ stream });
    winston.createLogger({ transports: [transport] });
    expect(streamsBeneath(transport)).toEqual([stream]);
  });

  it('is also what merely passes for a stream', () => {
    const rotator = Object.assign(new EventEmitter(), { write: () => true });
    expect(streamsBeneath({ logStream: rotator, name: 'rotating', options: {}, emitter: new EventEmitter(), nothing: null })).toEqual([
      rotator,
    ]);
  });

  it('tells what waits in KiB, in objects, or not at all', () => {
    const mute = Object.assign(new EventEmitter(), { write: () => true }) as unknown as Beneath;
    const bytes = gated().stream;
    bytes.write(Buffer.alloc(3 * 1024));
    const objects = gated({ objectMode: true }).stream;
    for (let count = 0; count < 5; count += 1) objects.write({});
    expect([waitingIn(bytes), waitingIn(objects), waitingIn(mute)]).toEqual([3, 5, 0]);
  });
});

describe('a stream is flushed', () => {
  it('at once when nothing waits in it, or when it is destroyed', async () => {
    const empty = gated().stream;
    const destroyed = gated().stream;
    destroyed.write('x');
    destroyed.destroy();
    expect(await isDone(flushed(empty))).toBe(true);
    expect(await isDone(flushed(destroyed))).toBe(true);
  });

  it('when what waited was taken, and it is still open then', async () => {
    const { stream, take } = gated();
    stream.write('x');
    const done = flushed(stream);
    expect(await isDone(done)).toBe(false);
    take();
    await new Promise((go) => setImmediate(go));
    take(); // the marker behind it
    await done;
    expect(stream.writable).toBe(true);
  });

  it('when one that was ended has finished', async () => {
    const { stream, take } = gated();
    stream.end('x');
    const done = flushed(stream);
    expect(await isDone(done)).toBe(false);
    take();
    await done;
    expect(stream.writableFinished).toBe(true);
  });

  it('when it fails: what waited never will be taken. Its error comes before, so that a listener may go then', async () => {
    const { stream, take } = gated();
    const errors: string[] = [];
    const release = onError(stream, (error) => errors.push(String(error)));
    stream.write('x');
    const done = flushed(stream);
    take(new Error('disk full'));
    await done;
    release();
    expect(errors).toEqual(['Error: disk full']);
  });
});

describe('waiting for events', () => {
  it('ends at the first of them, wherever, and leaves no listener', async () => {
    const [one, other] = [new EventEmitter(), new EventEmitter()];
    const first = firstOf([one, other], ['drain', 'close']);
    expect(await isDone(first)).toBe(false);
    other.emit('close');
    await first;
    expect([one, other].flatMap((emitter) => emitter.eventNames())).toEqual([]);
  });

  it.each(['finish', 'close', 'error'])('for the end of a stream takes %s for one', async (event) => {
    const emitter = new EventEmitter();
    const end = over(emitter);
    emitter.emit(event);
    await end;
  });
});

describe('hearing of errors', () => {
  it('takes one listener of an emitter for however many hear', () => {
    const emitter = new EventEmitter();
    const heard: string[] = [];
    const releases = ['a', 'b'].map((name) => onError(emitter, (error) => heard.push(`${name} ${String(error)}`)));
    expect(emitter.listenerCount('error')).toBe(1);
    emitter.emit('error', new Error('first'));
    releases[0]?.();
    emitter.emit('error', new Error('second'));
    releases[1]?.();
    expect(heard).toEqual(['a Error: first', 'b Error: first', 'b Error: second']);
    expect(emitter.listenerCount('error')).toBe(0);
    expect(() => emitter.emit('error', new Error('third'))).toThrow('third');
  });

  it('can be ended twice and begun again', () => {
    const emitter = new EventEmitter();
    const release = onError(emitter, () => {});
    release();
    const again = onError(emitter, () => {});
    release();
    expect(emitter.listenerCount('error')).toBe(1);
    again();
    expect(emitter.listenerCount('error')).toBe(0);
  });
});
