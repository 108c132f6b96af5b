import { answerResponse } from './answers.ts';
import type { Answer, EventObserver, RequestContext, ResponseContext, RoutingContext, TextEditor } from './context.ts';
import type { Exchange } from './exchange.ts';
import { isHeaderName, isHeaderValue } from './header-text.ts';
import { mapTexts } from './map-texts.ts';
import type { Call, DialectId, TextScope } from './model/call.ts';
import type { RequestHeaders } from './model/headers.ts';
import type { AttemptRecord, GatewayResponse } from './model/response.ts';
import type { Settlement } from './model/settlement.ts';
import type { Target } from './model/target.ts';
import type { Slot } from './slot.ts';

/** The context of an exchange; one for all its hooks. */
export function contextOf(exchange: Exchange): PluginContext & RequestContext & RoutingContext & ResponseContext {
  exchange.context ??= new PluginContext(exchange);
  return exchange.context as PluginContext & RequestContext & RoutingContext & ResponseContext;
}

/** An exchange as plugins see it. The exchange itself is out of their reach; what they may change goes through here. */
export class PluginContext
  implements Omit<RequestContext, 'answer'>, Omit<RoutingContext, 'call'>, Omit<ResponseContext, 'call' | 'response'>
{
  readonly #exchange: Exchange;
  #headers: RequestHeaders | undefined = undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    Object.freeze(this); // one for all plugins: none may put something of its own in the place of `get` or `signal`
  }

  get id(): string {
    return this.#exchange.id;
  }

  get method(): string {
    return this.#exchange.inbound.method;
  }

  get path(): string {
    return this.#exchange.inbound.path;
  }

  get query(): string {
    return this.#exchange.inbound.query;
  }

  /** A copy: the host app's own request object is not for plugins to change. */
  get headers(): RequestHeaders {
    this.#headers ??= copyOf(this.#exchange.inbound.headers);
    return this.#headers;
  }

  get ip(): string | undefined {
    return this.#exchange.inbound.ip;
  }

  get dialect(): DialectId {
    return this.#exchange.dialect.id;
  }

  get parent(): string | undefined {
    return this.#exchange.parent?.id;
  }

  get signal(): AbortSignal {
    const exchange = this.#exchange;
    if (exchange.hookScope === undefined) {
      const scope = new AbortController();
      exchange.hookScope = scope;
      exchange.onAbort((reason) => scope.abort(reason));
    }
    return exchange.hookScope.signal;
  }

  // The compiler shows plugins `call` where there is one.
  get call(): Call {
    return this.#exchange.shownCall as Call;
  }

  get response(): GatewayResponse {
    return this.#exchange.response as GatewayResponse;
  }

  get attempts(): readonly AttemptRecord[] {
    return Object.freeze([...this.#exchange.attempts]);
  }

  get targets(): readonly Target[] {
    return this.#exchange.targets;
  }

  set targets(targets: readonly Target[]) {
    for (const target of targets)
      if (
        !this.#exchange.parts.router.resolve(target.id).some((own) => isSame(own, target)) &&
        !this.#exchange.targets.includes(target) // a handoff's is not the router's
      )
        throw new TypeError(`targets: expected targets of this gateway (see resolveTarget), received ${JSON.stringify(target)}`);
    this.#exchange.targets = Object.freeze([...targets]);
  }

  resolveTarget(name: string): readonly Target[] {
    return this.#exchange.parts.router.resolve(name);
  }

  elapsed(): number {
    return this.#exchange.clock.monotonic() - this.#exchange.startedAt;
  }

  get<T>(slot: Slot<T>): T | undefined {
    return this.#exchange.getSlot(slot);
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.#exchange.setSlot(slot, value);
  }

  setHeader(name: string, value: string): void {
    if (!isHeaderName(name)) throw new TypeError(`setHeader: expected a header name, received ${JSON.stringify(name)}`);
    if (!isHeaderValue(value)) throw new TypeError(`setHeader: the value of ${name} has characters that no header may have`);
    this.#exchange.setHeader(name, value);
  }

  onSettled(listener: (settlement: Settlement) => void | Promise<void>): void {
    this.#exchange.onSettled(listener);
  }

  tap(observer: EventObserver): void {
    this.#exchange.tap(observer);
  }

  answer(answer: Answer): GatewayResponse {
    return answerResponse(this.#exchange, answer, `plugin:${this.#exchange.plugin}`);
  }

  mapTexts(editor: (text: { readonly scope: TextScope; readonly channel: string }) => TextEditor): GatewayResponse {
    return mapTexts(this.response, this.#exchange.call?.format.stream, editor);
  }

  /** For the services that act for an exchange (`Models`): finds it behind its context. */
  static exchangeOf(context: unknown): Exchange | undefined {
    return context instanceof PluginContext && #exchange in context ? context.#exchange : undefined;
  }
}

function copyOf(headers: RequestHeaders): RequestHeaders {
  const copy = Object.assign(Object.create(null) as Record<string, RequestHeaders[string]>, headers);
  for (const name in copy) if (Array.isArray(copy[name])) copy[name] = Object.freeze([...copy[name]]);
  return Object.freeze(copy);
}

/** A target is charged by its id and sent by the rest: they belong together. */
function isSame(one: Target, other: Target): boolean {
  return one.id === other.id && one.provider === other.provider && one.model === other.model;
}
