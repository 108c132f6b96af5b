import type { CallDialect } from '../dialects/dialect.ts';
import { unknownModel } from '../dialects/unknown-model.ts';
import { gatewayError } from '../errors.ts';
import type { DialectId } from '../model/call.ts';
import type { OfferedModel } from '../model/offered.ts';
import type { Target } from '../model/target.ts';
import { isModelName } from '../model-name.ts';
import type { Provider } from '../providers/provider.ts';
import { requestPath } from '../providers/provider-path.ts';
import { type AliasPattern, aliasPatterns, patternTargets } from './alias-pattern.ts';

/** A target with the provider that serves it, and the dialect to ask it in. */
export interface ResolvedTarget {
  readonly target: Target;
  readonly provider: Provider;
  /** The client's, or one that the client's is translated to. */
  readonly dialect: CallDialect;
}

/** A target that takes WebSockets, and where. */
export interface SocketTarget {
  readonly target: Target;
  readonly provider: Provider;
  readonly path: string;
}

/** Whether calls may go to providers of another chat format, and when. */
export type TranslatePolicy = 'same-first' | 'in-order' | 'never';

/** Targets made for names that are not in the config (`provider/any-model`) and are kept for the next time. */
const maxRemembered = 1_000;

/** Model names → targets. Aliases are resolved once, when the gateway is built. */
export class Router {
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #aliases: ReadonlyMap<string, readonly Target[]>;
  readonly #remembered = new Map<string, readonly Target[]>();
  /** Chat formats each provider serves, in the provider's order. */
  readonly #chat: ReadonlyMap<string, readonly CallDialect[]>;
  readonly #policy: TranslatePolicy;
  readonly #patterns: readonly AliasPattern[];
  /** What `GET /v1/models` lists: aliases, their targets, the models providers name. */
  readonly offered: readonly OfferedModel[];

  constructor(
    providers: readonly Provider[],
    aliases: Readonly<Record<string, readonly string[]>>,
    dialects: readonly CallDialect[] = [],
    policy: TranslatePolicy = 'same-first',
  ) {
    this.#policy = policy;
    this.#chat = new Map(providers.map((provider) => [provider.name, chatDialects(provider, dialects)]));
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]));
    const named = Object.entries(aliases).filter(([alias]) => !alias.includes('*'));
    this.#aliases = new Map(named.map(([alias, names]) => [alias, this.#targets(names)]));
    this.#patterns = aliasPatterns(aliases);
    this.offered = this.#offer(providers);
  }

  /** The targets of an alias or of `provider/model`, best first; empty when unknown. */
  resolve(name: string): readonly Target[] {
    const known = this.#aliases.get(name) ?? this.#remembered.get(name);
    if (known !== undefined) return known;
    const own = this.#targets([name]);
    const targets = own.length > 0 ? own : this.#targets(patternTargets(this.#patterns, name) ?? []);
    if (targets.length === 0) return [];
    if (this.#remembered.size < maxRemembered) this.#remembered.set(name, targets);
    return targets;
  }

  /** The targets a call may go to, those that speak its dialect first. Throws a 404 that names the models there are. */
  candidates(model: string, dialect: DialectId): readonly Target[] {
    const targets = this.resolve(model);
    if (targets.length === 0) throw unknownModel(model, this.offered);
    if (targets.length === 1 || this.#policy !== 'same-first') return targets;
    const serves = ({ provider }: Target): boolean => this.#providers.get(provider)?.paths[dialect] !== undefined;
    if (targets.every(serves)) return targets;
    return Object.freeze([...targets.filter(serves), ...targets.filter((target) => !serves(target))]);
  }

  /**
   * The ways to ask a target: in the call's own dialect where it serves that, else translated, the provider's preferred
   * format first. None for a target this gateway did not make, or one that can do neither.
   */
  ways(target: Target, dialect: CallDialect): readonly ResolvedTarget[] {
    const provider = this.#providers.get(target.provider);
    if (provider === undefined) return [];
    if (provider.paths[dialect.id] !== undefined) return [{ target, provider, dialect }];
    if (dialect.chat === undefined || this.#policy === 'never') return [];
    return (this.#chat.get(provider.name) ?? []).map((other) => ({ target, provider, dialect: other }));
  }

  /** The targets of a model's name that take WebSockets of a dialect. Throws when there is no such model, or none of them does. */
  socketTargets(model: string, dialect: DialectId): readonly SocketTarget[] {
    const targets = this.resolve(model);
    if (targets.length === 0) throw unknownModel(model, this.offered);
    const served = targets.flatMap((target) => {
      const provider = this.#providers.get(target.provider) as Provider;
      const path = provider.sockets[dialect];
      return path === undefined ? [] : [{ target, provider, path: requestPath(path, target.model, true) }];
    });
    if (served.length > 0) return served;
    const reasons = targets.map(({ id }) => `${id} takes no WebSockets of ${dialect}`).join('; ');
    throw gatewayError('GW_NOT_SERVED', { details: { model: JSON.stringify(model.slice(0, 100)), reasons } });
  }

  #targets(names: readonly string[]): readonly Target[] {
    return Object.freeze(names.flatMap((name) => this.#target(name) ?? []));
  }

  #target(name: string): Target | undefined {
    const slash = name.indexOf('/');
    const provider = this.#providers.get(name.slice(0, Math.max(slash, 0)));
    const model = name.slice(slash + 1);
    if (provider === undefined || !isModelName(model)) return undefined;
    if (provider.models !== undefined && !provider.models.includes(model)) return undefined;
    return Object.freeze({ id: name, provider: provider.name, model });
  }

  #offer(providers: readonly Provider[]): OfferedModel[] {
    const offered = new Map<string, OfferedModel>();
    for (const alias of this.#aliases.keys()) offered.set(alias, { id: alias, ownedBy: 'gateway' });
    const targets = [...this.#aliases.values()].flat().map(({ id, provider }) => ({ id, ownedBy: provider }));
    const named = providers.flatMap(({ name, models }) => (models ?? []).map((model) => ({ id: `${name}/${model}`, ownedBy: name })));
    for (const model of [...targets, ...named]) if (!offered.has(model.id)) offered.set(model.id, model);
    return [...offered.values()];
  }
}

function chatDialects(provider: Provider, dialects: readonly CallDialect[]): CallDialect[] {
  const known = [...provider.dialects, ...dialects];
  return Object.keys(provider.paths).flatMap((id) =>
    known.filter((dialect) => dialect.id === id && dialect.chat !== undefined).slice(0, 1),
  );
}
