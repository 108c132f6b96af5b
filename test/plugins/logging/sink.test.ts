import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { logging } from '@express-ai-gateway/logging';
import { describe, expect, it, onTestFinished } from 'vitest';
import winston from 'winston';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { gate, running, upstream } from '../../core/harness/loopback.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { collecting, linesIn } from './lines.ts';

leavesNothing();

type Next = () => void;

/** winston's types know it by another name than winston does. */
const { Transport } = winston as unknown as { readonly Transport: new (options: object) => winston.transport };

/** A transport that does with each line what a test says. */
function transport(log: (line: string, next: Next, self: winston.transport) => void): winston.transport {
  const made: winston.transport = new Transport({
    log: (info: Record<symbol, string>, next: Next) => log(info[Symbol.for('message')] as string, next, made),
  });
  return made;
}

/** A transport that takes no line until it is told to. */
function blocked(): { readonly transport: winston.transport; readonly taken: string[]; unblock(): void } {
  const taken: string[] = [];
  let waiting: Next | undefined;
  let open = false;
  return {
    taken,
    transport: transport((line, next) => {
      taken.push(line);
      if (open) next();
      else waiting = next;
    }),
    unblock() {
      open = true;
      waiting?.();
    },
  };
}

async function repeat(times: number, action: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < times; count += 1) await action();
}

describe('a transport that fails', () => {
  const fail = (): never => {
    throw new Error('disk full');
  };
  const discarding = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const emitting = (): winston.transport =>
    transport((_line, next, self) => {
      self.emit('error', new Error('disk full'));
      next();
    });
  const callingBack = (): winston.transport => transport((_line, next) => (next as (error: Error) => void)(new Error('disk full')));
  const badFormat = (): winston.transport => new winston.transports.Stream({ stream: discarding(), format: winston.format(fail)() });
  const badStream = (): winston.transport =>
    new winston.transports.Stream({ stream: new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) }) });

  it.each<[string, () => winston.transport, number]>([
    ['emits an error for each line', emitting, 2],
    ['calls back with an error', callingBack, 2],
    ['has a format that throws', badFormat, 2],
    ['throws, and so takes no more', () => transport(fail), 1],
    ['writes to a stream that fails, and so is destroyed', badStream, 1],
  ])('because it %s costs lines, no exchange and not the process, and is told once in a minute', async (_how, make, told) => {
    const up = await upstream();
    const clock = manualClock();
    const { chat, logger, gateway } = await running(up.url, {
      plugins: [logging({ transports: [make()] })],
      services: [provide(Clock, clock)],
    });
    const troubles = (): string[] => logger.texts('error').filter((text) => text.startsWith('The log could not be written.'));
    await repeat(3, async () => expect((await chat()).status).toBe(200));
    expect(troubles()).toEqual([expect.stringContaining('disk full')]);
    clock.advance(60_000);
    await chat();
    await closing(gateway.close(), clock);
    expect(troubles()).toHaveLength(told);
  });

  it('for a while writes again afterwards', async () => {
    const lines: string[] = [];
    let broken = true;
    const shaky = transport((line, next, self) => {
      if (broken) self.emit('error', new Error('disk full'));
      else lines.push(line);
      next();
    });
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ transports: [shaky] })] });
    await chat();
    broken = false;
    const { headers } = await chat();
    await gateway.close();
    expect(linesIn(lines.join('\n'))).toMatchObject([{ exchange: headers['x-request-id'] }]);
  });

  it('does not end the process either when the Logger service throws at hearing of it', async () => {
    const told: string[] = [];
    const throwing: Logger = {
      enabled: () => true,
      log: (_level, message) => {
        told.push(message);
        throw new Error('no logger today');
      },
    };
    const up = await upstream();
    const later = transport((_line, next, self) => {
      setImmediate(() => self.emit('error', new Error('disk full')));
      next();
    });
    const { chat, gateway } = await running(up.url, { plugins: [logging({ transports: [later] })], services: [provide(Logger, throwing)] });
    expect((await chat()).status).toBe(200);
    await gateway.close();
    expect(told).toContain('The log could not be written.');
  });

  it('in a logger that the team has ended is told, too', async () => {
    const sink = collecting();
    const own = winston.createLogger({ transports: [sink.transport] });
    const up = await upstream();
    const { chat, logger } = await running(up.url, { plugins: [logging({ logger: own })] });
    own.end();
    await once(own, 'finish');
    expect((await chat()).status).toBe(200);
    expect(sink.lines).toEqual([]);
    expect(logger.texts('error')).toEqual([expect.stringContaining('write after end')]);
  });

  it('is the team’s again when the gateway is closed: no listener stays', async () => {
    const stream = new Writable({ write: (_c, _e, done) => done() });
    const own = winston.createLogger({
      transports: [new winston.transports.Stream({ stream }), new winston.transports.Console({ silent: true })],
    });
    const emitters = [own, stream, process.stdout, process.stderr];
    const before = emitters.map((emitter) => emitter.listenerCount('error'));
    const first = await running('http://127.0.0.1:1', { plugins: [logging({ logger: own })] });
    const second = await running('http://127.0.0.1:1', { plugins: [logging({ logger: own })] });
    await Promise.all([first.gateway.ready(), second.gateway.ready()]);
    // One for both: standard output would soon warn of a leak.
    expect(emitters.map((emitter) => emitter.listenerCount('error'))).toEqual(before.map((count) => count + 1));
    await first.gateway.close();
    expect(emitters.map((emitter) => emitter.listenerCount('error'))).toEqual(before.map((count) => count + 1));
    await second.gateway.close();
    expect(emitters.map((emitter) => emitter.listenerCount('error'))).toEqual(before);
  });
});

/** Closes although the sink never takes its lines: the limit is let pass as soon as it is set. */
async function closing(closed: Promise<void>, clock: ReturnType<typeof manualClock>): Promise<void> {
  let open = true;
  const over = closed.finally(() => {
    open = false;
  });
  while (open) {
    clock.advance(1_000);
    await new Promise((go) => setImmediate(go));
  }
  await over;
}

describe('a transport that blocks', () => {
  it('delays no exchange, and what waits for it is bounded', async () => {
    const sink = blocked();
    const own = winston.createLogger({ transports: [sink.transport] });
    const up = await upstream();
    const { chat, logger, gateway } = await running(up.url, { plugins: [logging({ logger: own, maxWaiting: 5 })] });
    await repeat(80, async () => expect((await chat()).status).toBe(200));
    expect(own.writableLength).toBe(5);
    expect(logger.texts('error')).toEqual([expect.stringContaining('does not keep up')]);
    sink.unblock();
    await gateway.close();
  });

  it('has the lines that were dropped counted in the next one that is written', async () => {
    const sink = blocked();
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ transports: [sink.transport], maxWaiting: 5 })] });
    await repeat(80, () => chat());
    sink.unblock();
    await new Promise((go) => setImmediate(go)); // the waiting lines flow in ticks of their own
    await repeat(2, () => chat());
    await gateway.close();
    const lines = linesIn(sink.taken.join('\n'));
    const dropped = 82 - lines.length;
    expect(dropped).toBeGreaterThan(20);
    expect(lines.filter((line) => 'dropped' in line)).toEqual([lines.at(-2)]);
    expect(lines.at(-2)).toMatchObject({ dropped });
  });

  it('beneath a transport that does not wait itself is bounded by what the stream holds', async () => {
    const stuck = new Writable({ write: () => {} });
    const up = await upstream();
    const plugins = [logging({ transports: [new winston.transports.Stream({ stream: stuck })], maxWaiting: 4 })];
    const clock = manualClock();
    const { chat, logger, gateway } = await running(up.url, { plugins, services: [provide(Clock, clock)] });
    await repeat(60, () => chat());
    expect(stuck.writableLength).toBeGreaterThan(2 * 1024);
    expect(stuck.writableLength).toBeLessThan(5 * 1024);
    expect(logger.texts('error')).toEqual([expect.stringContaining('does not keep up')]);
    await closing(gateway.close(), clock);
  });

  it('for ever does not hold up the closing of the gateway, and the lost lines are told', async () => {
    const sink = blocked();
    const clock = manualClock();
    const up = await upstream();
    const { chat, logger, gateway } = await running(up.url, {
      plugins: [logging({ transports: [sink.transport], maxWaiting: 5 })],
      services: [provide(Clock, clock)],
    });
    await repeat(30, () => chat());
    await closing(gateway.close(), clock);
    expect(logger.texts('error').at(-1)).toMatch(/closed with lines that were not written\. \{"lines":30\}/);
    expect(clock.armed).toBe(0);
  });
});

describe('closing', () => {
  it('waits until a slow transport has every line, in order', async () => {
    const taken: string[] = [];
    const slow = transport((line, next) => {
      setImmediate(() => {
        taken.push(line);
        next();
      });
    });
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ transports: [slow] })] });
    const ids: unknown[] = [];
    await repeat(100, async () => ids.push((await chat()).headers['x-request-id']));
    const finished = gate();
    slow.once('finish', () => finished.open());
    await gateway.close();
    await finished.opened;
    expect(linesIn(taken.join('\n')).map(({ exchange }) => exchange)).toEqual(ids);
  });

  it('waits for lines that have piled up in every buffer on the way to a slow transport', async () => {
    const taken: string[] = [];
    const { open, opened } = gate();
    const slow = transport((line, next) => {
      taken.push(line);
      void opened.then(() => setImmediate(next));
    });
    const up = await upstream();
    const { chat, logger, gateway } = await running(up.url, { plugins: [logging({ transports: [slow] })] });
    await repeat(60, () => chat());
    expect(taken).toHaveLength(1);
    const closed = gateway.close();
    open();
    await closed;
    expect(taken).toHaveLength(60);
    expect(logger.texts('error')).toEqual([]);
  });

  it('waits for what a transport writes to and ends itself, and hears of its errors', async () => {
    const file = Object.assign(new EventEmitter(), { written: [] as string[], write: (line: string) => file.written.push(line) });
    const rotating = transport((line, next) => {
      file.write(line);
      next();
    });
    // As the daily rotating file does: its stream shows neither what waits nor, to the transport, its errors.
    Object.assign(rotating, { logStream: file, close: () => setImmediate(() => file.emit('finish')) });
    let ended = false;
    file.once('finish', () => {
      ended = true;
    });
    const up = await upstream();
    const { chat, logger, gateway } = await running(up.url, { plugins: [logging({ transports: [rotating] })] });
    await chat();
    file.emit('error', new Error('disk full'));
    await gateway.close();
    expect(file.written).toHaveLength(1);
    expect(ended).toBe(true);
    expect(logger.texts('error')).toEqual([expect.stringContaining('disk full')]);
  });

  it('leaves a file with every line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logging-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const filename = join(folder, 'ai.jsonl');
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ transports: [new winston.transports.File({ filename })] })] });
    await Promise.all(Array.from({ length: 50 }, () => chat()));
    await gateway.close();
    expect(linesIn(await readFile(filename, 'utf8'))).toHaveLength(50);
  });

  it('does not close a logger that the team gave', async () => {
    const sink = collecting();
    const own = winston.createLogger({ transports: [sink.transport] });
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ logger: own })] });
    await chat();
    await gateway.close();
    own.info('still here');
    expect(sink.lines).toMatchObject([{ message: 'exchange completed' }, { message: 'still here' }]);
  });
});

describe('the team’s own logger', () => {
  it('keeps its levels, its default fields and its children’s', async () => {
    const sink = collecting();
    const own = winston.createLogger({
      level: 'warning',
      levels: winston.config.syslog.levels,
      defaultMeta: { service: 'shop' },
      transports: [sink.transport],
    });
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [logging({ logger: own.child({ part: 'ai' }) })] });
    await chat();
    await chat({ model: 'unknown' });
    await gateway.close();
    expect(sink.lines).toMatchObject([{ level: 'warning', status: 404, part: 'ai', service: 'shop' }]);
  });

  it('is asked again for each line: its level may change while the gateway runs', async () => {
    const sink = collecting();
    const own = winston.createLogger({ level: 'error', transports: [sink.transport] });
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [logging({ logger: own })] });
    await chat();
    expect(sink.lines).toEqual([]);
    own.level = 'info';
    await chat();
    own.silent = true;
    await chat();
    expect(sink.lines).toHaveLength(1);
  });
});
