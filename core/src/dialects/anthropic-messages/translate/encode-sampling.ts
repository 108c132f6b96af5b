import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import type { ModelTraits } from './claude-models.ts';

export interface SamplingAbout {
  readonly model: ModelTraits;
  readonly thinks: boolean;
}

/** How tokens are chosen. What says nothing but the default is left out where it would be refused, without a word. */
export function encodeSampling(request: NeutralRequest, about: SamplingAbout, losses: Losses<NeutralField>): JsonObject {
  if (request.seed !== undefined) losses.drop('seed');
  if (request.frequencyPenalty) losses.drop('frequencyPenalty');
  if (request.presencePenalty) losses.drop('presencePenalty');
  const { temperature, topP, topK } = request;
  const { claude, sampling } = about.model;
  if (claude && (!sampling || about.thinks)) {
    if (temperature !== undefined && temperature !== 1) losses.drop('temperature');
    if (topP !== undefined && topP !== 1) losses.drop('topP');
    if (topK !== undefined) losses.drop('topK');
    return {};
  }
  return {
    ...(temperature !== undefined && { temperature: claude ? clamped(temperature, losses) : temperature }),
    ...(topP !== undefined && !leavesOutTopP(request, claude, losses) && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  };
}

/** Others go up to 2. */
function clamped(temperature: number, losses: Losses<NeutralField>): number {
  const within = Math.min(Math.max(temperature, 0), 1);
  if (within !== temperature) losses.drop('temperature');
  return within;
}

/** One of the two at a time. */
function leavesOutTopP({ temperature, topP }: NeutralRequest, claude: boolean, losses: Losses<NeutralField>): boolean {
  if (!claude || temperature === undefined) return false;
  if (topP !== 1) losses.drop('topP');
  return true;
}
