import type { JsonObject, Losses, NeutralField, NeutralRequest } from '@express-ai-gateway/core/provider';
import type { EncodedReasoning } from './encode-reasoning.ts';
import type { EncoderAbout } from './encoder.ts';

export interface EncodedSampling {
  /** Members of `inferenceConfig`. */
  readonly config: JsonObject;
  /** Members of `additionalModelRequestFields`. */
  readonly fields: JsonObject;
}

/** How tokens are chosen. What says nothing but the default is left out where it would be refused, without a word. */
export function encodeSampling(request: NeutralRequest, { thinks, free }: EncodedReasoning, about: EncoderAbout): EncodedSampling {
  const { model, losses } = about;
  if (request.seed !== undefined) losses.drop('seed');
  if (request.frequencyPenalty) losses.drop('frequencyPenalty');
  if (request.presencePenalty) losses.drop('presencePenalty');
  if (free || (model.traits.claude && (!model.traits.sampling || thinks))) return unsampled(request, losses);
  const { topK } = request;
  const temperature = model.temperature ? clamped(request.temperature, losses) : dropped('temperature', request.temperature, losses);
  const topP = topPOf(request, about);
  if (topK !== undefined && model.topK === undefined) losses.drop('topK');
  return {
    config: { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) },
    fields:
      topK === undefined ? {} : model.topK === 'top_k' ? { top_k: topK } : model.topK === undefined ? {} : { inferenceConfig: { topK } },
  };
}

function unsampled({ temperature, topP, topK }: NeutralRequest, losses: Losses<NeutralField>): EncodedSampling {
  dropped('temperature', temperature, losses);
  dropped('topP', topP, losses);
  if (topK !== undefined) losses.drop('topK');
  return { config: {}, fields: {} };
}

/** 1 is what happens anyway. */
function dropped(field: 'temperature' | 'topP', value: number | undefined, losses: Losses<NeutralField>): undefined {
  if (value !== undefined && value !== 1) losses.drop(field);
}

/** Others go up to 2. */
function clamped(temperature: number | undefined, losses: Losses<NeutralField>): number | undefined {
  if (temperature === undefined) return undefined;
  const within = Math.min(Math.max(temperature, 0), 1);
  if (within !== temperature) losses.drop('temperature');
  return within;
}

/** Claude takes one of the two at a time. */
function topPOf({ temperature, topP }: NeutralRequest, { model, losses }: EncoderAbout): number | undefined {
  const goesOut = model.topP && !(model.traits.claude && temperature !== undefined);
  return goesOut ? topP : dropped('topP', topP, losses);
}
