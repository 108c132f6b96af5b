import type { BreakerKind } from '../resilience/breaker.ts';
import type { Logger } from './logger.ts';
import { errorFields } from './logger.ts';
import { token } from './token.ts';

/** The events that parts of a gateway tell each other about: metadata only. Packages add theirs by declaration merging. */
export interface SignalMap {
  /** A plugin failed open: the exchange went on without it. */
  'plugin-failed-open': { readonly plugin: string; readonly hook: string; readonly exchange: string };
  /** A hook kept the event loop to itself, and every other request waiting. */
  'plugin-blocked': { readonly plugin: string; readonly hook: string; readonly exchange: string; readonly ms: number };
  /** An attempt failed, and its target is asked again after a wait. */
  retry: { readonly exchange: string; readonly target: string; readonly code: string; readonly waitMs: number };
  /** A target's circuit breaker changed. */
  breaker: { readonly target: string; readonly from: BreakerKind; readonly to: BreakerKind };
  /** A second target was asked because the first took longer than it mostly does. */
  hedge: { readonly exchange: string; readonly from: string; readonly to: string };
  /** A stream broke off, and another target's answer went on where it stopped (`resumed`), or did not fit. */
  recovery: { readonly exchange: string; readonly from: string; readonly resumed: boolean };
  /** A budget has been spent to this share of its limit (1: all of it). */
  'budget-threshold': {
    readonly budget: string;
    readonly account: string;
    readonly share: number;
    /** Nano-dollars, or tokens. */
    readonly limit: number;
    readonly unit: 'dollars' | 'tokens';
  };
  /** An attempt failed and another target was asked. */
  fallback: { readonly exchange: string; readonly from: string; readonly to: string; readonly code: string };
}

export interface Signals {
  emit<Name extends keyof SignalMap>(name: Name, event: SignalMap[Name]): void;
  /** Returns the function that ends the subscription. */
  on<Name extends keyof SignalMap>(name: Name, listener: (event: SignalMap[Name]) => void | Promise<void>): () => void;
}

export const Signals = token<Signals>()('Signals', 'signals', ['emit', 'on']);

/** Delivery in this process, at once; a listener that throws is logged and hurts nobody else. */
export function localSignals(logger: Logger): Signals {
  const listeners = new Map<string, Set<(event: never) => unknown>>();
  return {
    emit(name, event) {
      const failed = (error: unknown): void => logger.log('error', `A listener of the signal ${name} failed.`, errorFields(error));
      // A copy: who subscribes while it is told hears the next one.
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          const result: unknown = listener(event as never);
          if (result instanceof Promise) result.catch(failed); // else it would end the host's process
        } catch (error) {
          failed(error);
        }
      }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      const own = (event: never): unknown => listener(event); // the same listener may be subscribed twice
      set.add(own);
      return () => set.delete(own);
    },
  };
}

/** A team's signals as the gateway uses them: those that throw cost an event and a log line, never the exchange. */
export function guardedSignals(signals: Signals, logger: Logger): Signals {
  return {
    emit(name, event) {
      try {
        signals.emit(name, event);
      } catch (error) {
        logger.log('error', `The signal ${name} could not be emitted.`, errorFields(error));
      }
    },
    on: (name, listener) => signals.on(name, listener),
  };
}
