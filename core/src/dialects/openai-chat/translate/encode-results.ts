import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolResult, NeutralUserPart } from '../../../model/neutral.ts';
import type { Answered } from '../../translate/call-results.ts';
import type { Losses } from '../../translate/losses.ts';
import { failureText, noResult, orphanIntroduction } from '../../translate/result-texts.ts';
import type { TargetQuirks } from '../../translation.ts';
import { encodeContent } from './encode-content.ts';

/** One message each, then what a result of a tool has no place for in Chat: images and files, as a message of the user's. */
export function encodeResults(answered: readonly Answered[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const rest: NeutralUserPart[] = [];
  const messages = answered.map(({ id, result }): JsonObject => {
    const media = mediaOf(result);
    if (media.length > 0) rest.push({ kind: 'text', text: `From the result of the tool call ${id}:` });
    for (const part of media) rest.push(part); // one by one: there may be more than a call can take
    return { role: 'tool', tool_call_id: id, content: resultText(result, media.length > 0) };
  });
  return [...messages, ...userMessage(rest, quirks, losses)];
}

/** Results without a call, as a message of the user's. */
export function encodeOrphans(results: readonly NeutralToolResult[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const parts = results.flatMap((result): NeutralUserPart[] => {
    const media = mediaOf(result);
    const said: NeutralUserPart = { kind: 'text', text: `${orphanIntroduction(result.name)}\n${resultText(result, media.length > 0)}` };
    return media.length === 0 ? [said] : [said, { kind: 'text', text: 'From the result of the tool call above:' }, ...media];
  });
  return userMessage(parts, quirks, losses);
}

function userMessage(parts: readonly NeutralUserPart[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return parts.length === 0 ? [] : [{ role: 'user', content: encodeContent(parts, quirks, losses) }];
}

function mediaOf(result: NeutralToolResult | undefined): NeutralUserPart[] {
  return (result?.parts ?? []).filter((part) => part.kind === 'image' || (part.kind === 'file' && part.source.kind !== 'text'));
}

function resultText(result: NeutralToolResult | undefined, hasMedia: boolean): string {
  if (result === undefined) return noResult;
  const texts = result.parts.flatMap((part) => {
    if (part.kind === 'text') return [part.text];
    return part.kind === 'file' && part.source.kind === 'text' ? [part.source.text] : [];
  });
  const text = texts.filter((one) => one !== '').join('\n');
  const said = text === '' && hasMedia ? 'The result follows in a message of the user.' : text;
  // Chat has no mark for a failure; a text says it.
  return result.isError ? failureText(said) : said;
}
