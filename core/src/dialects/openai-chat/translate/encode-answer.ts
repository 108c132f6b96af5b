import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralReasoningText, NeutralToolCall } from '../../../model/neutral.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import type { AnswerAbout } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { signatureMembers } from './google-signature.ts';
import { finishReasonOf } from './stop.ts';
import { usageObject } from './usage.ts';
import { wantsReasoning } from './wants-reasoning.ts';

/** A whole answer for a client of Chat. Every key that strict clients look for is there (mlflow/mlflow#23458). */
export function encodeAnswer(answer: NeutralAnswer, about: AnswerAbout): JsonObject {
  const calls = answer.parts.filter((part) => part.kind === 'toolCall');
  const usage = usageObject(answer.usage);
  return {
    id: answer.id || `chatcmpl-${about.id}`,
    object: 'chat.completion',
    created: about.created,
    model: answer.model || about.model,
    choices: [
      {
        index: 0,
        message: message(answer, calls, about),
        logprobs: null,
        finish_reason: finishReasonOf(answer.stop, calls.length > 0),
      },
    ],
    ...(usage !== undefined && { usage }),
  };
}

function message(answer: NeutralAnswer, calls: readonly NeutralToolCall[], about: AnswerAbout): JsonObject {
  const reasoning = answer.parts.filter((part) => part.kind === 'reasoning');
  const ids = new AnswerCallIds(callIdRules.prefix, about.id);
  return {
    role: 'assistant',
    content: textOf(answer, 'text'),
    refusal: textOf(answer, 'refusal'),
    ...(wantsReasoning(about.request) && reasoningMembers(reasoning)),
    ...signatureMembers(reasoning.findLast(({ opaque }) => opaque !== undefined)?.opaque),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => toolCall(call, ids.next(call.id))) }),
  };
}

/** Chat has one text of each kind; the parts of other formats are pieces of it. */
function textOf({ parts }: NeutralAnswer, kind: 'text' | 'refusal'): string | null {
  return parts.map((part) => (part.kind === kind ? part.text : '')).join('') || null;
}

function reasoningMembers(parts: readonly NeutralReasoningText[]): JsonObject {
  const text = parts.map((part) => part.text).join('');
  return text === '' ? {} : { reasoning_content: text };
}

function toolCall(call: NeutralToolCall, id: string): JsonObject {
  return { id, type: 'function', function: { name: call.name, arguments: call.arguments }, ...signatureMembers(call.opaque) };
}
