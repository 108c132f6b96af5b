import { unknownModel } from '../dialects/unknown-model.ts';
import type { DialectId } from '../model/call.ts';
import type { OfferedModel } from '../model/offered.ts';
import type { Target } from '../model/target.ts';
import { isModelName } from '../model-name.ts';
import type { Provider } from '../providers/provider.ts';

/** A target with the provider that serves it. */
export interface ResolvedTarget {
  readonly target: Target;
  readonly provider: Provider;
}

/** Targets made for names that are not in the config (`provider/any-model`) and are kept for the next time. */
const maxRemembered = 1_000;

/** Model names → targets. Aliases are resolved once, when the gateway is built. */
export class Router {
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #aliases: ReadonlyMap<string, readonly Target[]>;
  readonly #remembered = new Map<string, readonly Target[]>();
  /** What `GET /v1/models` lists: aliases, their targets, the models providers name. */
  readonly offered: readonly OfferedModel[];

  constructor(providers: readonly Provider[], aliases: Readonly<Record<string, readonly string[]>>) {
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]));
    this.#aliases = new Map(
      Object.entries(aliases).map(([alias, names]) => [alias, Object.freeze(names.map((name) => this.#target(name) as Target))]),
    );
    this.offered = this.#offer(providers);
  }

  /** The targets of an alias or of `provider/model`, best first; empty when unknown. */
  resolve(name: string): readonly Target[] {
    const known = this.#aliases.get(name) ?? this.#remembered.get(name);
    if (known !== undefined) return known;
    const target = this.#target(name);
    if (target === undefined) return [];
    const targets = Object.freeze([target]);
    if (this.#remembered.size < maxRemembered) this.#remembered.set(name, targets);
    return targets;
  }

  /** The targets a call may go to. Throws a 404 that names the models there are. */
  candidates(model: string): readonly Target[] {
    const targets = this.resolve(model);
    if (targets.length === 0) throw unknownModel(model, this.offered);
    return targets;
  }

  /** The provider behind a target; `undefined` for a target this gateway did not make, or one without the dialect. */
  provider(target: Target, dialect: DialectId): ResolvedTarget | undefined {
    const provider = this.#providers.get(target.provider);
    if (provider === undefined || provider.paths[dialect] === undefined) return undefined;
    return { target, provider };
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
