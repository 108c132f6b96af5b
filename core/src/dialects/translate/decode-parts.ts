import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { NeutralAudio, NeutralText } from '../../model/neutral.ts';
import { badField, requiredText } from '../fields.ts';
import type { RequestLosses } from './losses.ts';
import { audioMediaType } from './media.ts';
import { objectList } from './object-list.ts';

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
  return objectList(at, content, 'a string or an array of parts').flatMap(([part, path]) => read(part, path, losses) ?? []);
}

/** `input_audio`. */
export function audioPart({ input_audio: audio }: JsonObject, at: string): NeutralAudio {
  if (!isJsonObject(audio)) badField(`${at}.input_audio`, 'an object with data and format', audio);
  const format = requiredText(`${at}.input_audio.format`, audio.format);
  return { kind: 'audio', mediaType: audioMediaType(format), data: requiredText(`${at}.input_audio.data`, audio.data) };
}
