import { cappedNames } from './capped-names.ts';
import { quotedName } from './dialects/unknown-model.ts';
import { gatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { OfferedModel } from './model/offered.ts';
import type { Principal } from './model/principal.ts';
import { principal } from './slot.ts';
import { starPatterns } from './star-patterns.ts';

/**
 * Refuses a model that whoever is calling may not ask for (`Principal.models`), in every way that a model is named: here and
 * nowhere else. What a plugin asks for its own work is the operator's choice, not the caller's.
 */
export function checkModel(exchange: Exchange, model: string): void {
  if (exchange.parent !== undefined) return;
  const models = exchange.getSlot(principal)?.models;
  if (models === undefined || permits(models, model)) return;
  const permitted = models.length === 0 ? 'none' : cappedNames(models).join(', ');
  throw gatewayError('GW_MODEL_FORBIDDEN', { details: { model: quotedName(model), permitted }, param: 'model' });
}

/** What a list of models shows to whoever is calling. */
export function permittedModels(who: Principal | undefined, offered: readonly OfferedModel[]): readonly OfferedModel[] {
  const models = who?.models;
  return models === undefined ? offered : offered.filter(({ id }) => permits(models, id));
}

function permits(models: readonly string[], name: string): boolean {
  let test = compiled.get(models);
  if (test === undefined) {
    test = starPatterns(models);
    compiled.set(models, test);
  }
  return test(name);
}

/** Principals are kept by who made them: most lists come again and again. */
const compiled = new WeakMap<readonly string[], (name: string) => boolean>();
