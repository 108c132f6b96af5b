import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';

/** What a transport writes to: a stream, or something that passes for one and shows less. */
export type Beneath = EventEmitter & Partial<Writable> & Pick<Writable, 'write'>;

/**
 * The streams that a winston transport holds: `_stream` of Stream and File, `logStream` of the daily rotating file.
 * Most transports let their errors fall through to the process, and write on when they are full.
 */
export function streamsBeneath(transport: object): Beneath[] {
  // The console's transport finds its streams in `console` when it writes.
  if ('stderrLevels' in transport) return [process.stdout, process.stderr];
  const { parent, ...members } = transport as Readonly<Record<string, unknown>>;
  return Object.values(members).filter((value): value is Beneath => value !== parent && isBeneath(value));
}

function isBeneath(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { on, write } = value as { readonly on?: unknown; readonly write?: unknown };
  return typeof on === 'function' && typeof write === 'function';
}

/** What waits in a stream, in KiB or, of a stream of objects, in objects. Not every stream tells. */
export function waitingIn({ writableLength = 0, writableObjectMode = false }: Beneath): number {
  return writableObjectMode ? writableLength : writableLength / 1024;
}

/** Resolves when what was written to a stream was handed over, or never can be. */
export function flushed(stream: Beneath): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writableLength || stream.destroyed || stream.writableObjectMode) resolve();
    else if (stream.writableEnded) over(stream).then(resolve, resolve);
    // Called when all before it is out, or failed; the error itself comes a little later, and must still be heard.
    else stream.write('', () => setImmediate(resolve));
  });
}

/** Resolves when a stream came to its end, in whatever way. */
export function over(stream: EventEmitter): Promise<void> {
  return firstOf([stream], ['finish', 'close', 'error']);
}

/** Resolves at the first of these events, wherever it happens. */
export function firstOf(emitters: readonly EventEmitter[], events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const each = (act: (emitter: EventEmitter, event: string) => void): void => {
      for (const emitter of emitters) for (const event of events) act(emitter, event);
    };
    const heard = (): void => {
      each((emitter, event) => emitter.off(event, heard));
      resolve();
    };
    each((emitter, event) => emitter.on(event, heard));
  });
}

type ErrorListener = (error: unknown) => void;

interface Watch {
  readonly listeners: Set<ErrorListener>;
  readonly tell: ErrorListener;
}

/** One listener for each emitter, however many gateways write to it: standard output is the whole process's. */
const watches = new WeakMap<EventEmitter, Watch>();

/** Hears of an emitter's errors, which then end no process. Returns the function that ends the hearing. */
export function onError(emitter: EventEmitter, listener: ErrorListener): () => void {
  const watch = watches.get(emitter) ?? watched(emitter);
  watch.listeners.add(listener);
  return () => {
    watch.listeners.delete(listener);
    if (watch.listeners.size > 0) return;
    emitter.off('error', watch.tell);
    watches.delete(emitter);
  };
}

function watched(emitter: EventEmitter): Watch {
  const listeners = new Set<ErrorListener>();
  const tell = (error: unknown): void => {
    for (const listener of listeners) listener(error);
  };
  const watch = { listeners, tell };
  watches.set(emitter, watch);
  emitter.on('error', tell);
  return watch;
}
