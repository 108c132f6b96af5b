import type { JsonObject } from '../../../model/json.ts';
import type { Encoded, NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import { Losses } from '../../translate/losses.ts';
import type { TargetTraits } from '../../translation.ts';
import { encodeSettings } from './encode-settings.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { modelTraits } from './gemini-models.ts';

/** A request for Google. The model and whether it streams stand in the path. Keys always come in the same order: prompts are cached. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const losses = new Losses<NeutralField>();
  const traits = modelTraits(target.model);
  if (request.user !== undefined) losses.drop('user');
  if (target.quirks.images === false && hasImages(request)) losses.refuse('images');
  const generationConfig = encodeSettings(request, target, traits, losses);
  const value: JsonObject = {
    ...encodeTurns(request, traits, losses),
    ...encodeTools(request, target.quirks, losses),
    ...(generationConfig !== undefined && { generationConfig }),
  };
  return { value, losses: losses.list() };
}

function hasImages({ turns }: NeutralRequest): boolean {
  return turns.some((turn) => {
    if (turn.role === 'user') return turn.parts.some(({ kind }) => kind === 'image');
    return turn.role === 'tool' && turn.results.some(({ parts }) => parts.some(({ kind }) => kind === 'image'));
  });
}
