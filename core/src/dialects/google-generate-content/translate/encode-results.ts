import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolCall, NeutralToolResult } from '../../../model/neutral.ts';
import { WaitingResults } from '../../translate/call-results.ts';
import type { Losses } from '../../translate/losses.ts';
import { noResult, orphanIntroduction } from '../../translate/result-texts.ts';
import { encodeMedia } from './encode-media.ts';
import { writeToolResponse } from './tool-response.ts';

/**
 * The results of one turn's calls, as parts of one user content: one for each call, in the calls' order, whatever came when.
 * Google refuses a turn with fewer responses than calls, so a call without a result gets one that says so. A result
 * that answers no call (a shortened conversation) is told as text.
 */
export function encodeResults(
  calls: readonly NeutralToolCall[],
  results: readonly NeutralToolResult[],
  mediaInside: boolean,
  losses: Losses<NeutralField>,
): JsonObject[] {
  const waiting = new WaitingResults(results);
  const beside: JsonObject[][] = [];
  const responses = calls.map((call) => {
    const result = waiting.take(call);
    const media = result === undefined ? [] : mediaOf(result, losses);
    if (!mediaInside) beside.push(media);
    return functionResponse(call, result, mediaInside ? media : []);
  });
  return [...responses, ...beside.flat(), ...waiting.left().flatMap((orphan) => told(orphan, losses))];
}

/** Clients send ids of calls back to every generation since 2.0; they matter where names repeat. */
function functionResponse(call: NeutralToolCall, result: NeutralToolResult | undefined, media: readonly JsonObject[]): JsonObject {
  return {
    functionResponse: {
      ...(call.id !== '' && { id: call.id }),
      name: call.name,
      response: result === undefined ? { error: noResult } : writeToolResponse(textOf(result), result.isError),
      ...(media.length > 0 && { parts: media }),
    },
  };
}

function textOf({ parts }: NeutralToolResult): string {
  return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

function mediaOf({ parts }: NeutralToolResult, losses: Losses<NeutralField>): JsonObject[] {
  return parts.flatMap((part) => (part.kind === 'text' ? [] : encodeMedia(part, losses)));
}

function told(result: NeutralToolResult, losses: Losses<NeutralField>): JsonObject[] {
  return [{ text: `${orphanIntroduction(result.name)}\n${textOf(result)}` }, ...mediaOf(result, losses)];
}
