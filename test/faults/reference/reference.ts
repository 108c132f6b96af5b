import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Profile } from '../profile.ts';
import { type Route, routes, type Target } from '../rows.ts';
import type { Subject } from '../subject.ts';
import { Breaker } from './breaker.ts';
import { Outlet } from './outlet.ts';
import { type CallBody, serveCalls } from './subject-server.ts';
import { chunks, Failure, send, Watch } from './upstream.ts';

/** What it can be told to leave out, one at a time: the wall must notice. */
export type Duty =
  | 'retry'
  | 'retry-after'
  | 'back-off'
  | 'fallback'
  | 'breaker'
  | 'recovery'
  | 'splice'
  | 'silent once'
  | 'first-token limit'
  | 'end at usage'
  | 'length refusal'
  | 'larger window'
  | 'policy'
  | 'prefill capability'
  | 'model';

/**
 * A gateway by hand that does on each row what is asked, and nothing else: it proves that wall and judge can be satisfied.
 * No measure of anything, and no code of ours.
 */
export const reference: Subject = referenceWithout();

export function referenceWithout(duty?: Duty): Subject {
  return {
    name: duty === undefined ? 'reference' : `reference without ${duty}`,
    async start(wallUrl, profile) {
      const gateway = new Reference(wallUrl, profile, duty);
      return serveCalls((body, res) => gateway.serve(body, res));
    },
  };
}

class Reference {
  readonly #wallUrl: string;
  readonly #limitMs: number;
  readonly #factor: number;
  readonly #without: Duty | undefined;
  readonly #breakers = new Map<string, Breaker>();

  constructor(wallUrl: string, { factor }: Profile, without: Duty | undefined) {
    this.#wallUrl = wallUrl;
    this.#factor = factor;
    this.#without = without;
    this.#limitMs = (without === 'first-token limit' ? 30_000 : 10_000) / factor;
  }

  async serve(body: CallBody, res: ServerResponse): Promise<void> {
    const route = routes.find(({ alias }) => alias === body.model);
    const outlet = new Outlet(res, this.#without === 'model' ? body.model : undefined);
    const failure = route === undefined ? new Failure('refused', { status: 404 }) : await this.#anyTarget(route, body, outlet, res);
    if (failure !== undefined) outlet.fail(failure);
  }

  /** Target by target, until one answers or the failure is the request's own. */
  async #anyTarget({ targets }: Route, body: CallBody, outlet: Outlet, res: ServerResponse): Promise<Failure | undefined> {
    let last = new Failure('transient');
    let window = 0;
    for (const target of this.#without === 'fallback' ? targets.slice(0, 1) : targets) {
      if (target.contextWindow <= window || (target !== targets.at(-1) && !this.#allows(target))) continue;
      const failure = await this.#target(target, body, outlet, res);
      if (failure === undefined || this.#isFinal(failure, outlet)) return failure;
      if (failure.kind === 'too long' && this.#without !== 'larger window') window = target.contextWindow;
      last = failure;
    }
    return last;
  }

  #isFinal({ kind }: Failure, outlet: Outlet): boolean {
    return (kind === 'refused' && this.#without !== 'policy') || (outlet.text !== '' && this.#without === 'recovery');
  }

  /** Attempt after attempt, while the failure is one that passes and nothing was delivered. */
  async #target(target: Target, body: CallBody, outlet: Outlet, res: ServerResponse): Promise<Failure | undefined> {
    const breaker = this.#breaker(target);
    const most = this.#without === 'retry' ? 1 : this.#without === 'back-off' ? 6 : 3;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#attempt(target, body, outlet, res);
      if (failure === undefined) breaker.succeeded();
      if (failure === undefined || failure.kind === 'refused') return failure;
      if (failure.kind === 'too long' && this.#without !== 'length refusal') return failure;
      breaker.failed();
      if (attempt === most || outlet.text !== '' || !this.#passes(failure)) return failure;
      if (this.#without === 'back-off') continue;
      if (!this.#allows(target)) return failure;
      await sleep(this.#waitMs(failure, attempt));
    }
  }

  #passes({ kind }: Failure): boolean {
    return kind === 'transient' || kind === 'too long' || (kind === 'silent' && this.#without === 'silent once');
  }

  #waitMs({ retryAfterMs }: Failure, attempt: number): number {
    const backOffMs = (250 * 2 ** attempt * (1 + Math.random())) / this.#factor;
    return this.#without === 'retry-after' ? backOffMs : (retryAfterMs ?? backOffMs);
  }

  async #attempt(target: Target, body: CallBody, outlet: Outlet, res: ServerResponse): Promise<Failure | undefined> {
    const watch = new Watch(this.#limitMs);
    res.once('close', () => watch.stop());
    const canGoOn = target.assistantPrefill || this.#without === 'prefill capability';
    const goesOn = canGoOn && outlet.text !== '' && this.#without !== 'splice';
    const messages = goesOn ? [...body.messages, { role: 'assistant', content: outlet.text }] : body.messages;
    try {
      const response = await send(this.#wallUrl, { ...body, messages, model: target.model }, watch.signal);
      if (body.stream === true) {
        outlet.join(goesOn || this.#without === 'splice' ? 'here' : 'start');
        await this.#stream(response, outlet, watch);
      } else res.writeHead(200, { 'content-type': 'application/json' }).end(await response.text());
      return undefined;
    } catch (error) {
      if (error instanceof Failure) return error;
      return new Failure(watch.fired ? 'silent' : outlet.text === '' ? 'transient' : 'broken');
    } finally {
      watch.stop();
    }
  }

  async #stream(response: Response, outlet: Outlet, watch: Watch): Promise<void> {
    for await (const chunk of chunks(response, this.#without !== 'end at usage')) {
      if (chunk.choices?.[0]?.delta?.content) watch.heard();
      outlet.take(chunk);
    }
    outlet.finish();
  }

  #allows(target: Target): boolean {
    return this.#without === 'breaker' || this.#breaker(target).allows();
  }

  #breaker({ model }: Target): Breaker {
    const breaker = this.#breakers.get(model) ?? new Breaker(10_000 / this.#factor);
    this.#breakers.set(model, breaker);
    return breaker;
  }
}
