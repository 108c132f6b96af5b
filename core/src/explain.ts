import type { ParsedConfig } from './config.ts';
import type { GatewayPlugin } from './define-plugin.ts';
import { isCallDialect } from './dialects/dialect.ts';
import { GatewayError, gatewayError } from './errors.ts';
import { type HandoffDialect, isHandoffDialect } from './handoff/dialect.ts';
import { checkHandoffHead } from './handoff/way.ts';
import type { LoadedPlugin } from './hooks.ts';
import { type ParsedCall, parseCall } from './parsed-call.ts';
import type { TargetStates } from './resilience/target-states.ts';
import type { RouteMatch, RouteTable } from './routes.ts';
import type { ModelCatalog } from './services/model-catalog.ts';
import type { TokenEstimator } from './services/token-estimator.ts';
import { incapacity } from './upstream/capable.ts';
import type { Router } from './upstream/router.ts';
import { type Way, wayTo } from './upstream/way.ts';
import { isPromiseLike } from './within.ts';

/** A request to think about: nothing of it is sent anywhere. */
export interface ExplainRequest {
  /** Default `POST`. */
  readonly method?: string;
  /** Below the mount; default `/v1/chat/completions`. */
  readonly path?: string;
  readonly body?: unknown;
}

/** What the gateway would do, and why. The same record stands in debug logs of real requests. */
export interface DecisionRecord {
  readonly route: { readonly method: string; readonly path: string; readonly dialect: string } | undefined;
  readonly model: string | undefined;
  readonly stream: boolean | undefined;
  /** Plugins in the order they run, with their hooks and what they say of this request. */
  readonly plugins: readonly ExplainedPlugin[];
  readonly targets: readonly ExplainedTarget[];
  /** Why the request would be refused before any plugin had a say. */
  readonly refusal: { readonly status: number; readonly code: string; readonly message: string } | undefined;
}

export interface ExplainedPlugin {
  readonly name: string;
  readonly hooks: readonly string[];
  readonly onFailure: GatewayPlugin['onFailure'];
  readonly says: string | undefined;
}

export interface ExplainedTarget {
  readonly id: string;
  readonly provider: string;
  readonly usable: boolean;
  readonly why: string;
}

export interface ExplainParts {
  readonly routes: RouteTable;
  readonly router: Router;
  readonly plugins: readonly LoadedPlugin[];
  readonly catalog: ModelCatalog;
  readonly estimator: TokenEstimator;
  /** How targets do at the moment. */
  readonly states: TargetStates;
  readonly limits: ParsedConfig['limits'];
  /** Plugins that cannot police what is carried unread. */
  readonly unpoliced?: readonly string[];
}

/** Runs no hook and calls no provider. Never throws for what a client could send. */
export function explain(parts: ExplainParts, request: ExplainRequest): DecisionRecord {
  const { method = 'POST', path = '/v1/chat/completions' } = request;
  const found = parts.routes.find(method, path);
  if (found === undefined)
    return decision(parts, undefined, {
      refusal: { status: 404, code: 'NOT_OURS', message: `${method} ${path} is not a route of the gateway: the host app answers it.` },
    });
  if ('allow' in found)
    return decision(parts, undefined, {
      refusal: { status: 405, code: 'GW_METHOD_NOT_ALLOWED', message: `${path} takes ${found.allow}.` },
    });
  const route = { method, path, dialect: found.dialect.id };
  try {
    return decision(parts, route, callFacts(parts, found, path, request.body));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return decision(parts, route, { refusal: { status: error.status, code: error.code, message: error.message } });
  }
}

type Facts = Partial<Pick<DecisionRecord, 'model' | 'stream' | 'targets' | 'refusal'>>;

function callFacts(parts: ExplainParts, { dialect, parameter }: RouteMatch, path: string, body: unknown): Facts {
  if (isHandoffDialect(dialect)) return handoffFacts(parts, dialect, path, parameter);
  if (!isCallDialect(dialect)) return {};
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const { jsonDepth: depth, jsonValues: values, jsonKeys: keys } = parts.limits;
  const call = parseCall(dialect, { path, parameter, query: '' }, Buffer.from(text), text, { depth, values, keys });
  return { model: call.model, stream: call.stream, targets: explainedTargets(parts, call) };
}

/** In the order in which they would be asked now; those that would not be stand where the operator put them. */
function explainedTargets({ router, catalog, estimator, states }: ExplainParts, call: ParsedCall): ExplainedTarget[] {
  const candidates = router.candidates(call.model, call.dialect);
  const order = states.order(candidates);
  const lacks = order.targets.map((target) => incapacity(target, call, { catalog, estimator }));
  const anyAble = lacks.includes(undefined);
  let tried = 0;
  return order.targets.map((target, index) => {
    const way = wayTo(target, call, router, catalog);
    const lack = anyAble ? lacks[index] : undefined;
    const { id, provider } = target;
    if ('reason' in way) return { id, provider, usable: false, why: way.reason };
    if (lack !== undefined) return { id, provider, usable: false, why: `${id} ${lack}` };
    const failing = index >= order.lastResortFrom ? ', for it failed of late' : '';
    const why = whenTried(tried) + failing + howAsked(way);
    tried += 1;
    return { id, provider, usable: true, why };
  });
}

/** Nothing of the body: it passes unread. */
function handoffFacts({ unpoliced = [] }: ExplainParts, { handoff }: HandoffDialect, path: string, rest: string | undefined): Facts {
  checkHandoffHead({ path, query: '', headers: {} });
  const { id, provider } = handoff.target(rest);
  const usable = unpoliced.length === 0;
  const targets = [
    { id, provider, usable, why: usable ? 'carried unread' : `${unpoliced.join(', ')} cannot police what is carried unread` },
  ];
  if (usable) return { targets };
  const { status, code, message } = gatewayError('GW_UNPOLICED', { details: { plugins: unpoliced.join(', ') } });
  return { targets, refusal: { status, code, message } };
}

/** `place`: among the targets that can be tried. */
function whenTried(place: number): string {
  if (place === 0) return 'tried first';
  return place === 1 ? 'tried when the first fails' : `tried when the ${place} before it fail`;
}

function howAsked({ target, translated }: Way): string {
  if (translated === undefined) return '';
  const without = translated.dropped.length === 0 ? '' : `, without ${translated.dropped.join(', ')}`;
  return `, translated to ${target.dialect.id}${without}`;
}

function decision(parts: ExplainParts, route: DecisionRecord['route'], facts: Facts): DecisionRecord {
  return {
    route,
    model: facts.model,
    stream: facts.stream,
    plugins: route === undefined ? [] : parts.plugins.map((plugin) => explained(plugin, route.dialect, facts.model)),
    targets: facts.targets ?? [],
    refusal: facts.refusal,
  };
}

const hookNames = ['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const;

function explained({ name, hooks, onFailure }: LoadedPlugin, dialect: string, model: string | undefined): ExplainedPlugin {
  return {
    name,
    hooks: hookNames.filter((hook) => hooks[hook] !== undefined),
    onFailure,
    says: said(hooks, dialect, model),
  };
}

/** A plugin's own words; one that fails at them says so, for explaining must not break what it explains. */
function said(hooks: LoadedPlugin['hooks'], dialect: string, model: string | undefined): string | undefined {
  try {
    const words: unknown = hooks.explain?.({ dialect, model });
    if (words === undefined || typeof words === 'string') return words;
    if (isPromiseLike(words)) Promise.resolve(words).catch(() => {}); // a rejection would end the host's process
    return 'its explain() gave no text';
  } catch (error) {
    return `its explain() failed: ${error instanceof Error ? error.message : 'it threw'}`;
  }
}
