import type { RoutingContext } from '../../../core/src/context.ts';
import type { GatewayPlugin, PluginHooks } from '../../../core/src/define-plugin.ts';
import type { Attachment, Call } from '../../../core/src/model/call.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import type { Target } from '../../../core/src/model/target.ts';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { emptyPriceBook } from '../../../core/src/services/price-book.ts';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { principal, type Slot } from '../../../core/src/slot.ts';
import { type RoutingReason, routingReasons } from '../../../plugins/routing/src/decision.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

export function target(id: string): Target {
  const [provider = '', ...model] = id.split('/');
  return { id, provider, model: model.join('/') };
}

export function targetsOf(...ids: string[]): Target[] {
  return ids.map(target);
}

export interface CallParts extends Partial<Omit<Call, 'texts' | 'attachments'>> {
  readonly texts?: readonly string[];
  readonly attachments?: readonly Attachment['kind'][];
}

export function callOf({ texts = [], attachments = [], ...parts }: CallParts = {}): Call {
  return {
    dialect: 'openai-chat',
    model: 'chat',
    stream: false,
    body: { model: 'chat' },
    maxOutputTokens: undefined,
    tools: [],
    byteLength: 2,
    texts: () => texts.map((text, index) => ({ scope: 'user', path: [index], text, replace: () => {} })),
    attachments: () => attachments.map((kind, index) => ({ kind, ref: 'inline', path: [index] })),
    set: () => {},
    remove: () => {},
    states: [],
    edited: false,
    ...parts,
  };
}

export interface ContextParts {
  readonly targets?: readonly Target[];
  readonly call?: CallParts;
  readonly who?: Principal;
  readonly id?: string;
  readonly ip?: string;
  readonly parent?: string;
  readonly headers?: RoutingContext['headers'];
  /** Aliases; a target's own id is always known. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** Ids that no provider has. */
  readonly unknown?: readonly string[];
}

export interface FakeContext extends RoutingContext {
  readonly sent: Record<string, string>;
  readonly order: readonly string[];
  readonly reasons: readonly RoutingReason[];
}

/** As much of an exchange as strategies look at. */
export function contextOf(parts: ContextParts = {}): FakeContext {
  const slots = new Map<unknown, unknown>();
  if (parts.who !== undefined) slots.set(principal, parts.who);
  const sent: Record<string, string> = {};
  const context: FakeContext = {
    id: parts.id ?? 'exchange-1',
    method: 'POST',
    path: '/v1/chat/completions',
    query: '',
    headers: parts.headers ?? {},
    ip: parts.ip,
    dialect: 'openai-chat',
    parent: parts.parent,
    signal: new AbortController().signal,
    elapsed: () => 0,
    get: <T>(slot: Slot<T>) => slots.get(slot) as T | undefined,
    set: (slot, value) => void slots.set(slot, value),
    setHeader: (name, value) => {
      sent[name] = value;
    },
    onSettled: () => {},
    tap: () => {},
    call: callOf(parts.call),
    targets: parts.targets ?? targetsOf('a/m', 'b/m', 'c/m'),
    resolveTarget: (name) => (parts.unknown?.includes(name) ? [] : (parts.aliases?.[name] ?? [name]).map(target)),
    answer: () => {
      throw new Error('no strategy answers');
    },
    sent,
    get order() {
      return context.targets.map(({ id }) => id);
    },
    get reasons() {
      return (slots.get(routingReasons) ?? []) as readonly RoutingReason[];
    },
  };
  return context;
}

/** A plugin's hooks, built as the gateway builds them. */
export function hooksOf(plugin: GatewayPlugin, services: Record<string, unknown> = {}): PluginHooks {
  if (plugin.build.kind !== 'create') throw new Error('strategies are functions');
  const defaults = {
    logger: recordingLogger(),
    clock: manualClock(),
    prices: emptyPriceBook(),
    catalog: emptyModelCatalog(),
    tokens: byteTokenEstimator(),
  };
  return plugin.build.create(plugin.options, { ...defaults, ...services });
}

/** Runs a strategy once; returns the context as it left it. */
export function routed(plugin: GatewayPlugin, parts: ContextParts = {}, services: Record<string, unknown> = {}): FakeContext {
  const context = contextOf(parts);
  void hooksOf(plugin, services).beforeRoute?.(context);
  return context;
}
