import { type Answered, type JsonObject, type NeutralToolResult, noResult, orphanIntroduction } from '@express-ai-gateway/core/provider';
import { modelCallId } from './call-ids.ts';
import type { DocumentNames } from './document-names.ts';
import { encodeContent, textBlocks } from './encode-content.ts';
import type { EncoderAbout } from './encoder.ts';

/**
 * Blocks of results, one for each call, all in one message (maximhq/bifrost#1164). A call without one was broken off: the model
 * is told so.
 */
export function resultBlocks(answered: readonly Answered[], names: DocumentNames, about: EncoderAbout): JsonObject[] {
  return answered.map(({ id, result }) => {
    const { content, failed } = result === undefined ? nothing : contentOf(result, names, about);
    const { resultStatus } = about.model;
    return {
      toolResult: {
        toolUseId: modelCallId(id, about.model),
        content: failed && !resultStatus ? [{ text: 'The tool failed:' }, ...content] : content,
        ...(failed && resultStatus && { status: 'error' }),
      },
    };
  });
}

interface ResultContent {
  readonly content: readonly JsonObject[];
  readonly failed: boolean;
}

const nothing: ResultContent = { content: [{ text: noResult }], failed: true };

/** There must be some content, and no text may be empty. */
function contentOf(result: NeutralToolResult, names: DocumentNames, about: EncoderAbout): ResultContent {
  const blocks = encodeContent(result.parts, names, about);
  const said = result.isError ? 'Error' : '(empty)';
  return { content: blocks.length > 0 ? blocks : [{ text: said }], failed: result.isError };
}

/** Results without a call, as the user's words: they may be what the next answer is about. */
export function orphanBlocks(results: readonly NeutralToolResult[], names: DocumentNames, about: EncoderAbout): JsonObject[] {
  return results.flatMap(({ parts, name }) => {
    const blocks = encodeContent(parts, names, about);
    return blocks.length === 0 ? [] : [...textBlocks(orphanIntroduction(name)), ...blocks];
  });
}
