import { GatewayError } from '../errors.ts';
import type { GatewayResponse } from '../model/response.ts';
import { toldMs } from '../resilience/backoff.ts';
import type { Admission } from '../resilience/breaker.ts';
import { type FailureClass, failureClass } from '../resilience/failure-class.ts';
import type { Lease, Place } from '../resilience/load-limit.ts';
import type { TargetState, TargetStates } from '../resilience/target-states.ts';
import type { Addressed } from './along-targets.ts';
import type { AttemptWatch } from './attempt.ts';
import { NotNow } from './not-now.ts';
import { ownerOf } from './owner.ts';

/**
 * Asks a target's breaker and takes a place among its calls; both hear how the attempt ended, which for a stream is long after
 * its answer began.
 */
export function admitted(states: TargetStates, next: (one: Addressed) => Promise<GatewayResponse>): typeof next {
  return async (one) => {
    const { id } = one.target.target;
    const state = states.of(id);
    const place = placeIn(state, one);
    const lease = place instanceof Promise ? await place : place;
    // A probe that waited in a queue would keep everybody else from finding out.
    const admission = one.scope.stopped === undefined ? states.admit(id, one.lastResort) : undefined;
    if (admission === undefined) {
      lease.release('ignored');
      throw one.scope.stopped ?? new NotNow('failed of late, and is asked again soon', states.retryInMs(id));
    }
    const visit = new Visit(states, id, admission, lease);
    const startedAt = one.exchange.clock.monotonic();
    const latency = one.exchange.requireCall().stream ? state.streams : state.wholes;
    try {
      const response = await next({ ...one, watch: visit });
      latency.observe(one.exchange.clock.monotonic() - startedAt);
      visit.answering();
      return response;
    } catch (error) {
      // What was given up had at least not come by then.
      if (error instanceof GatewayError && error.code === 'GW_UPSTREAM_TIMEOUT')
        latency.observe(one.exchange.clock.monotonic() - startedAt);
      visit.over(error);
      throw error;
    }
  };
}

/** Others go first for so long where a target with too much to do did not say. Milliseconds. */
const coolMs = 1_000;

function placeIn({ load, queueMs }: TargetState, { exchange, scope }: Addressed): Lease | Promise<Lease> {
  const place = load.acquire(
    () => ownerOf(exchange),
    queueMs,
    (left) => scope.onAbort(left),
  );
  return place instanceof Promise ? place.then((one) => leaseOf(one, scope)) : leaseOf(place, scope);
}

function leaseOf(place: Place, scope: Addressed['scope']): Lease {
  if (place.kind === 'lease') return place;
  if (place.kind === 'left') throw scope.stopped ?? new NotNow('was waited for no longer', 1_000);
  throw new NotNow(place.reason === 'full' ? 'has too many calls waiting' : 'had no place in time', place.retryAfterMs);
}

/** One call's stay at a target, over one attempt or, with several credentials, more: the last one counts. */
class Visit implements AttemptWatch {
  readonly #states: TargetStates;
  readonly #target: string;
  readonly #admission: Admission;
  readonly #lease: Lease;
  #answered = false;
  #ended: { readonly completed: boolean; readonly error: unknown } | undefined = undefined;

  constructor(states: TargetStates, target: string, admission: Admission, lease: Lease) {
    this.#states = states;
    this.#target = target;
    this.#admission = admission;
    this.#lease = lease;
  }

  begun(): void {
    this.#ended = undefined;
  }

  ended(completed: boolean, error: GatewayError | undefined): void {
    this.#ended = { completed, error };
    if (this.#answered) this.#report(completed, error);
  }

  /** The answer began: a whole one is over, a stream goes on. */
  answering(): void {
    this.#answered = true;
    if (this.#ended === undefined) this.#admission.answering();
    else this.#report(this.#ended.completed, this.#ended.error);
  }

  /** There was none. */
  over(error: unknown): void {
    this.#report(false, error);
  }

  #report(completed: boolean, error: unknown): void {
    if (completed) {
      this.#admission.succeeded();
      this.#lease.release('served');
      return;
    }
    const health: FailureClass['health'] = error instanceof GatewayError ? failureClass(error).health : 'neutral';
    if (health === 'failure') this.#admission.failed();
    else this.#admission.ignored();
    this.#lease.release(health === 'overload' ? 'overloaded' : 'ignored');
    if (health === 'overload') this.#states.cool(this.#target, toldMs((error as GatewayError).headers) ?? coolMs);
  }
}
