import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { NeutralAudio, NeutralText } from '../../model/neutral.ts';
import { badField, requiredText } from '../fields.ts';
import type { RequestLosses } from './losses.ts';
import { audioMediaType } from './media.ts';

// Content as OpenAI's two formats have it: a text, or an array of parts.

/** Reads one part; `undefined` for one that was refused. `at` is its path. */
export type PartReader<T> = (part: JsonObject, at: string, losses: RequestLosses) => T | undefined;

export function decodeParts<T>(
  content: JsonValue | undefined,
  at: string,
  losses: RequestLosses,
  read: PartReader<T>,
): (T | NeutralText)[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) badField(at, 'a string or an array of parts', content);
  const parts: T[] = [];
  for (const [index, part] of (content as readonly JsonValue[]).entries()) {
    const path = `${at}[${index}]`;
    if (!isJsonObject(part)) badField(path, 'an object', part);
    const one = read(part, path, losses);
    if (one !== undefined) parts.push(one);
  }
  return parts;
}

/** `input_audio`. */
export function audioPart({ input_audio: audio }: JsonObject, at: string): NeutralAudio {
  if (!isJsonObject(audio)) badField(`${at}.input_audio`, 'an object with data and format', audio);
  const format = requiredText(`${at}.input_audio.format`, audio.format);
  return { kind: 'audio', mediaType: audioMediaType(format), data: requiredText(`${at}.input_audio.data`, audio.data) };
}
