import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { NeutralEffort, NeutralReasoning } from '../../../model/neutral.ts';
import { badField, optionalCount } from '../../fields.ts';
import { isEffort } from '../../translate/effort.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { outputConfig } from './decode-format.ts';

const thinkingKeys = new Set(['type', 'budget_tokens', 'display']);

/** `thinking` says whether and how it is shown, `output_config.effort` how much; each may stand alone. */
export function decodeThinking(body: JsonObject, losses: RequestLosses): NeutralReasoning | undefined {
  const effort = decodeEffort(body, losses);
  const { thinking } = body;
  if (thinking === undefined || thinking === null) return effort === undefined ? undefined : { effort, budget: undefined, show: undefined };
  if (!isJsonObject(thinking)) badField('thinking', 'an object with a type', thinking);
  losses.dropOthers(thinking, thinkingKeys, 'thinking.');
  // A client that asks for thinking reads it, unless it says otherwise.
  const show = thinking.display !== 'omitted';
  switch (thinking.type) {
    case 'disabled':
      return { effort: 'none', budget: undefined, show: undefined };
    case 'between_tools':
      losses.drop('thinking'); // no other format can say when
      return { effort: 'low', budget: undefined, show };
    case 'adaptive':
      return { effort, budget: undefined, show };
    case 'enabled':
      return { effort, budget: optionalCount('thinking.budget_tokens', thinking.budget_tokens), show };
    default:
      return badField('thinking.type', 'enabled, adaptive, between_tools or disabled', thinking.type);
  }
}

const configKeys = new Set(['effort', 'format']);

function decodeEffort(body: JsonObject, losses: RequestLosses): NeutralEffort | undefined {
  const config = outputConfig(body);
  losses.dropOthers(config, configKeys, 'output_config.');
  const word = config.effort;
  if (word === undefined || word === null) return undefined;
  if (typeof word !== 'string') badField('output_config.effort', 'a string', word);
  // `none` and `minimal` are others' words.
  if (isEffort(word) && word !== 'none' && word !== 'minimal') return word;
  losses.drop('output_config.effort');
  return undefined;
}
