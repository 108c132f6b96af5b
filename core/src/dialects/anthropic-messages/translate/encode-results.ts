import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolResult, NeutralTurn } from '../../../model/neutral.ts';
import { type Answered, CallResults as Results } from '../../translate/call-results.ts';
import type { Losses } from '../../translate/losses.ts';
import { noResult, orphanIntroduction } from '../../translate/result-texts.ts';
import type { TargetQuirks } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { encodeContent, textBlocks } from './encode-content.ts';

export type { Answered } from '../../translate/call-results.ts';

/** Results with ids as Messages takes them (maximhq/bifrost#1164, langchain-ai/langchain-aws#389: first and all together). */
export class CallResults extends Results {
  constructor(turns: readonly NeutralTurn[]) {
    super(turns, callIdRules);
  }
}

/** Blocks of results, one for each call. A call without one was broken off: the model is told so. */
export function resultBlocks(answered: readonly Answered[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return answered.map(({ id, result }) => {
    if (result === undefined) return { type: 'tool_result', tool_use_id: id, content: noResult, is_error: true };
    const content = resultContent(result, quirks, losses);
    return {
      type: 'tool_result',
      tool_use_id: id,
      ...(content !== undefined && { content }),
      ...(result.isError && { is_error: true }),
    };
  });
}

/** One text as it is. A failure must say something: without content it is a 400. */
function resultContent(
  { parts, isError }: NeutralToolResult,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): string | JsonObject[] | undefined {
  const blocks = encodeContent(parts, quirks, losses);
  const [first] = blocks;
  if (first === undefined) return isError ? 'Error' : undefined;
  return blocks.length === 1 && typeof first.text === 'string' ? first.text : blocks;
}

/** Results without a call, as the user's words: they may be what the next answer is about. */
export function orphanBlocks(results: readonly NeutralToolResult[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return results.flatMap(({ name, parts }) => {
    const blocks = encodeContent(parts, quirks, losses);
    return blocks.length === 0 ? [] : [...textBlocks(orphanIntroduction(name)), ...blocks];
  });
}
