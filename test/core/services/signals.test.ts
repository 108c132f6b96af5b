import { describe, expect, it } from 'vitest';
import { guardedSignals, localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const failedOpen: SignalMap['plugin-failed-open'] = { plugin: 'p', hook: 'onRequest', exchange: 'e' };
const fallback: SignalMap['fallback'] = { exchange: 'e', from: 'up/a', to: 'up/b', code: 'GW_UPSTREAM_ERROR' };

/** Promises that were rejected have been heard of, and logged. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('localSignals', () => {
  it('tells an event to its listeners, at once and in their order', () => {
    const heard: unknown[] = [];
    const signals = localSignals(recordingLogger());
    signals.on('plugin-failed-open', (event) => void heard.push(['first', event]));
    signals.on('plugin-failed-open', (event) => void heard.push(['second', event]));
    signals.on('fallback', (event) => void heard.push(['other', event]));
    signals.emit('plugin-failed-open', failedOpen);
    expect(heard).toEqual([
      ['first', failedOpen],
      ['second', failedOpen],
    ]);
  });

  it('an event that nobody listens to is no error', () => {
    localSignals(recordingLogger()).emit('fallback', fallback);
  });

  it('a subscription ends when its function is called; again does nothing', () => {
    let heard = 0;
    const signals = localSignals(recordingLogger());
    const end = signals.on('fallback', () => {
      heard += 1;
    });
    signals.emit('fallback', fallback);
    end();
    end();
    signals.emit('fallback', fallback);
    expect(heard).toBe(1);
  });

  it('one listener subscribed twice hears twice, and each subscription ends apart', () => {
    let heard = 0;
    const signals = localSignals(recordingLogger());
    const listener = (): void => {
      heard += 1;
    };
    const end = signals.on('fallback', listener);
    signals.on('fallback', listener);
    signals.emit('fallback', fallback);
    expect(heard).toBe(2);
    end();
    signals.emit('fallback', fallback);
    expect(heard).toBe(3);
  });

  it('who subscribes while an event is told hears the next one', () => {
    const heard: string[] = [];
    const signals = localSignals(recordingLogger());
    signals.on('fallback', () => {
      heard.push('old');
      if (heard.length === 1) signals.on('fallback', () => void heard.push('new'));
    });
    signals.emit('fallback', fallback);
    signals.emit('fallback', fallback);
    expect(heard).toEqual(['old', 'old', 'new']);
  });

  it('a listener that throws or rejects is logged, and hurts neither the others nor who emits', async () => {
    const heard: string[] = [];
    const logger = recordingLogger();
    const signals = localSignals(logger);
    signals.on('fallback', () => {
      throw new Error('thrown here');
    });
    signals.on('fallback', () => Promise.reject(new Error('rejected here')));
    signals.on('fallback', () => void heard.push('third'));
    signals.emit('fallback', fallback);
    await turn();
    expect(heard).toEqual(['third']);
    expect(logger.texts('error')).toHaveLength(2);
    expect(logger.texts('error').join()).toMatch(/A listener of the signal fallback failed\..*thrown here.*rejected here/s);
  });

  it('two signals of the same kind share no listeners', () => {
    let heard = 0;
    localSignals(recordingLogger()).on('fallback', () => {
      heard += 1;
    });
    localSignals(recordingLogger()).emit('fallback', fallback);
    expect(heard).toBe(0);
  });
});

describe('guardedSignals', () => {
  it('pass everything on as it is', () => {
    const heard: unknown[] = [];
    const logger = recordingLogger();
    const own = localSignals(logger);
    const signals = guardedSignals(own, logger);
    const end = signals.on('fallback', (event) => void heard.push(event));
    signals.emit('fallback', fallback);
    own.emit('fallback', fallback);
    end();
    signals.emit('fallback', fallback);
    expect(heard).toEqual([fallback, fallback]);
  });

  it('that throw cost an event and a log line', () => {
    const logger = recordingLogger();
    const broken = {
      emit: () => {
        throw new Error('no bus');
      },
      on: () => () => {},
    };
    guardedSignals(broken, logger).emit('fallback', fallback);
    expect(logger.texts('error').join()).toMatch(/The signal fallback could not be emitted\..*no bus/);
  });
});
