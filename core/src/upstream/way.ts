import type { Target } from '../model/target.ts';
import type { ParsedCall } from '../parsed-call.ts';
import type { ModelCatalog } from '../services/model-catalog.ts';
import type { ResolvedTarget, Router } from './router.ts';
import { type TranslatedRequest, translateRequest } from './translated-request.ts';

/** How a target is asked. */
export interface Way {
  readonly target: ResolvedTarget;
  /** The call in the target's words; `undefined` where they are the client's. */
  readonly translated: TranslatedRequest | undefined;
}

/** Why a target cannot be asked. */
export interface NoWay {
  readonly reason: string;
  /** Fields of the client's that the target has no equivalent of. */
  readonly refused: readonly string[];
  /** The provider has no such API at all. */
  readonly unserved: boolean;
}

/** The way to a target: in the call's own words, or in the first of the provider's formats that can say it all. */
export function wayTo(target: Target, call: ParsedCall, router: Router, catalog: ModelCatalog): Way | NoWay {
  const refused = new Set<string>();
  const ways = router.ways(target, call.format);
  for (const way of ways) {
    if (way.dialect === call.format) return { target: way, translated: undefined };
    const translated = translateRequest(call, way, catalog);
    if (!('refused' in translated)) return { target: way, translated };
    for (const field of translated.refused) refused.add(field);
  }
  if (ways.length === 0) return { reason: `${target.id} does not serve ${call.dialect}`, refused: [], unserved: true };
  return { reason: `${target.id} has no equivalent of ${[...refused].join(', ')}`, refused: [...refused], unserved: false };
}
