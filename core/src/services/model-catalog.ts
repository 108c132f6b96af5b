import type { Target } from '../model/target.ts';
import { token } from './token.ts';

/** What is known of a model. `undefined` is unknown: never assume a capability from it. */
export interface ModelFacts {
  /** Context window in tokens. */
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly tools?: boolean;
  readonly vision?: boolean;
  readonly jsonSchema?: boolean;
}

export interface ModelCatalog {
  facts(target: Target): ModelFacts | undefined;
}

export const ModelCatalog = token<ModelCatalog>()('ModelCatalog', 'catalog', ['facts']);

/** Knows no model. */
export function emptyModelCatalog(): ModelCatalog {
  return { facts: () => undefined };
}
