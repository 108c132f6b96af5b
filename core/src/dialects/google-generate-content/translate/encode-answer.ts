import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer } from '../../../model/neutral.ts';
import { googleUsageObject } from '../../google-usage.ts';
import type { AnswerAbout } from '../../translation.ts';
import { answerPart } from './answer-parts.ts';
import { writeStop } from './stop.ts';

/** A whole answer for a client. */
export function encodeAnswer(answer: NeutralAnswer, about: AnswerAbout): JsonObject {
  const parts = answer.parts.map(answerPart);
  const usage = googleUsageObject(answer.usage);
  return {
    // Clients reach for the first part without looking, and take an answer without one for broken (`@google/genai`, isValidContent).
    candidates: [{ content: { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] }, ...writeStop(answer.stop), index: 0 }],
    ...(usage !== undefined && { usageMetadata: usage }),
    modelVersion: answer.model || about.model,
    responseId: answer.id || about.id,
  };
}
