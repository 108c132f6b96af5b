import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { NeutralAudio, NeutralFile, NeutralImage, NeutralText, NeutralUserPart } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { audioPart } from '../../translate/decode-parts.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { urlSource } from '../../translate/media.ts';

export function textPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | undefined {
  if (part.type === 'text') return readText(part, at, losses);
  return otherPart(part, at, losses);
}

export function userPart(part: JsonObject, at: string, losses: RequestLosses): NeutralUserPart | undefined {
  if (part.type === 'input_audio') return readAudio(part, at, losses);
  return resultPart(part, at, losses);
}

/** Images in results of tools are not OpenAI's, but some providers' (Groq). */
export function resultPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | NeutralImage | NeutralFile | undefined {
  if (part.type === 'image_url') return readImage(part, at, losses);
  if (part.type === 'file') return readFile(part, at, losses);
  return textPart(part, at, losses);
}

/** What a part that nobody knows means cannot be said in another format. */
export function otherPart(part: JsonObject, at: string, losses: RequestLosses): undefined {
  losses.refuseAt(at, requiredText(`${at}.type`, part.type));
  return undefined;
}

const textKeys = new Set(['type', 'text']);

export function readText(part: JsonObject, at: string, losses: RequestLosses): NeutralText {
  noteOthers(part, textKeys, losses);
  if (typeof part.text !== 'string') badField(`${at}.text`, 'a string', part.text);
  return { kind: 'text', text: part.text };
}

const imageKeys = new Set(['type', 'image_url']);

function readImage(part: JsonObject, at: string, losses: RequestLosses): NeutralImage {
  noteOthers(part, imageKeys, losses);
  const image = part.image_url; // an object; Mistral's clients write the URL itself
  const url = requiredText(isJsonObject(image) ? `${at}.image_url.url` : `${at}.image_url`, isJsonObject(image) ? image.url : image);
  if (isJsonObject(image) && typeof image.detail === 'string' && image.detail !== 'auto')
    losses.drop('messages[].content[].image_url.detail');
  return { kind: 'image', source: urlSource(url) ?? badField(`${at}.image_url.url`, 'a base64 data URL', url) };
}

const audioKeys = new Set(['type', 'input_audio']);

function readAudio(part: JsonObject, at: string, losses: RequestLosses): NeutralAudio {
  noteOthers(part, audioKeys, losses);
  return audioPart(part, at);
}

const fileKeys = new Set(['type', 'file']);

function readFile(part: JsonObject, at: string, losses: RequestLosses): NeutralFile {
  noteOthers(part, fileKeys, losses);
  const file = part.file;
  if (!isJsonObject(file)) badField(`${at}.file`, 'an object', file);
  const name = textOf(file.filename) || undefined;
  if (typeof file.file_id === 'string') return { kind: 'file', source: { kind: 'id', id: file.file_id }, name };
  const data = requiredText(`${at}.file.file_data`, file.file_data);
  const source = /^(data|https?):/i.test(data) ? urlSource(data) : undefined;
  return { kind: 'file', source: source ?? badField(`${at}.file.file_data`, 'a base64 data URL', data), name };
}

function noteOthers(part: JsonObject, known: ReadonlySet<string>, losses: RequestLosses): void {
  losses.dropOthers(part, known, 'messages[].content[].');
}
