import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolCall, NeutralToolResult } from '../../../model/neutral.ts';
import { encodeMedia } from './encode-media.ts';
import type { Losses } from './losses.ts';
import { writeToolResponse } from './tool-response.ts';
import { Waiting } from './waiting.ts';

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
  const waiting = new Waiting<NeutralToolResult>();
  for (const result of results) waiting.add(result, keysOf(result));
  const beside: JsonObject[][] = [];
  const responses = calls.map((call) => {
    const result = resultOf(call, waiting);
    const media = result === undefined ? [] : mediaOf(result, losses);
    if (!mediaInside) beside.push(media);
    return functionResponse(call, result, mediaInside ? media : []);
  });
  return [...responses, ...beside.flat(), ...waiting.left().flatMap((orphan) => told(orphan, losses))];
}

function keysOf({ callId, name }: NeutralToolResult): string[] {
  if (callId !== '') return [`id ${callId}`, `named ${name}`];
  return name === undefined ? ['bare'] : [`named ${name}`, `without id ${name}`];
}

/** By id (an id that comes twice stands for the first that is left); where one has none by name, then in order. */
function resultOf({ id, name }: NeutralToolCall, waiting: Waiting<NeutralToolResult>): NeutralToolResult | undefined {
  const found = id === '' ? waiting.take(`named ${name}`) : (waiting.take(`id ${id}`) ?? waiting.take(`without id ${name}`));
  return found ?? waiting.take('bare');
}

/** Clients send ids of calls back to every generation since 2.0; they matter where names repeat. */
function functionResponse(call: NeutralToolCall, result: NeutralToolResult | undefined, media: readonly JsonObject[]): JsonObject {
  return {
    functionResponse: {
      ...(call.id !== '' && { id: call.id }),
      name: call.name,
      response: result === undefined ? { error: 'No result provided.' } : writeToolResponse(textOf(result), result.isError),
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
  const tool = result.name === undefined ? 'a tool' : `the tool ${result.name}`;
  return [{ text: `Result of ${tool}, whose call is no longer shown:\n${textOf(result)}` }, ...mediaOf(result, losses)];
}
