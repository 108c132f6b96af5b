import type { ExchangeContext } from './context.ts';
import { type CallDialect, isCallDialect } from './dialects/dialect.ts';
import { gatewayError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { InProcessInbound, InProcessOutbound } from './in-process.ts';
import type { JsonValue } from './model/json.ts';
import type { Settlement } from './model/settlement.ts';
import { handle, type PipelineParts } from './pipeline.ts';
import { PluginContext } from './plugin-context.ts';
import type { AuxiliaryAnswer, AuxiliaryCall, Models } from './services/models.ts';
import { principal } from './slot.ts';

const defaultTimeoutMs = 10_000;

/**
 * The `Models` service: child exchanges through the same pipeline. It is made before the pipeline, as plugins ask for it
 * while they are built; `connect` closes the ring.
 */
export class ChildCalls implements Models {
  #parts: PipelineParts | undefined = undefined;
  #dialects: readonly CallDialect[] = [];

  connect(parts: PipelineParts, dialects: readonly unknown[]): void {
    this.#parts = parts;
    this.#dialects = (dialects as CallDialect[]).filter(isCallDialect);
  }

  call(parentContext: ExchangeContext, call: AuxiliaryCall): Promise<AuxiliaryAnswer> {
    return this.#call(parentContext, call, undefined);
  }

  /** The same for one plugin, which its calls leave out, whenever they are made: also after another one's hook ran. */
  askedBy(plugin: string): Models {
    return { call: (parent, call) => this.#call(parent, call, plugin) };
  }

  async #call(parentContext: ExchangeContext, call: AuxiliaryCall, asker: string | undefined): Promise<AuxiliaryAnswer> {
    const parent = PluginContext.exchangeOf(parentContext);
    if (parent === undefined) throw new TypeError('Models.call: expected the context of a hook as parent');
    if (parent.parent !== undefined) throw new TypeError('Models.call: a child exchange cannot make calls of its own');
    if (this.#parts === undefined) throw new Error('Models.call: the gateway is not built yet; call it from a hook');
    const dialect = this.#dialects.find(({ id }) => id === call.dialect);
    if (dialect === undefined)
      throw new TypeError(`Models.call: expected a dialect of this gateway, received ${JSON.stringify(call.dialect)}`);
    return this.#run(this.#parts, parent, dialect, call, asker);
  }

  async #run(
    parts: PipelineParts,
    parent: Exchange,
    dialect: CallDialect,
    call: AuxiliaryCall,
    asker: string | undefined,
  ): Promise<AuxiliaryAnswer> {
    const body = Buffer.from(JSON.stringify({ ...call.body, ...(dialect.stream && { stream: false }) }));
    const path = dialect.routes[0]?.path ?? '/';
    const inbound = new InProcessInbound('POST', path, { 'content-type': 'application/json' }, body);
    const outbound = new InProcessOutbound();
    const child = new Exchange(parts, inbound, dialect, parent, asker);
    const who = parent.getSlot(principal);
    if (who !== undefined) child.setSlot(principal, who);

    const leave = (reason: Parameters<Exchange['abort']>[0]): void => {
      child.abort(reason);
      outbound.leave();
    };
    const stopWatching = parent.onAbort(leave);
    const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
    const timer = parts.clock.after(timeoutMs, () =>
      leave(gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what: 'finish its answer', limit: timeoutMs } })),
    );
    try {
      await handle(parts, child, { dialect, parameter: undefined }, outbound);
    } finally {
      timer.cancel();
      stopWatching();
    }
    const settlement = child.settlement as Settlement;
    return { status: settlement.status, json: parsed(outbound.body), settlement };
  }
}

function parsed(body: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}
