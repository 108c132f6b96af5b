import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type {
  NeutralAudio,
  NeutralFile,
  NeutralImage,
  NeutralRefusal,
  NeutralSource,
  NeutralText,
  NeutralUserPart,
} from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { audioPart } from '../../translate/decode-parts.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { urlSource } from '../../translate/media.ts';

/** Whose text it is, the role says already: clients mix the three words. */
const textTypes: ReadonlySet<JsonValue | undefined> = new Set(['input_text', 'output_text', 'text']);

/** `parsed` is the SDK's own copy of the text. */
const textKeys = new Set(['type', 'text', 'parsed']);

export function textPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | undefined {
  if (!textTypes.has(part.type)) return otherPart(part, at, losses);
  if (typeof part.text !== 'string') badField(`${at}.text`, 'a string', part.text);
  noteOthers(part, textKeys, losses);
  return { kind: 'text', text: part.text };
}

export function assistantPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | NeutralRefusal | undefined {
  if (part.type !== 'refusal') return textPart(part, at, losses);
  if (typeof part.refusal !== 'string') badField(`${at}.refusal`, 'a string', part.refusal);
  return { kind: 'refusal', text: part.refusal };
}

export function userPart(part: JsonObject, at: string, losses: RequestLosses): NeutralUserPart | undefined {
  return part.type === 'input_audio' ? readAudio(part, at, losses) : resultPart(part, at, losses);
}

/** What a tool may answer with. */
export function resultPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | NeutralImage | NeutralFile | undefined {
  if (part.type === 'input_image') return readImage(part, at, losses);
  if (part.type === 'input_file') return readFile(part, at, losses);
  return textPart(part, at, losses);
}

/** What a part that nobody knows means cannot be said in another format. */
function otherPart(part: JsonObject, at: string, losses: RequestLosses): undefined {
  losses.refuseAt(at, requiredText(`${at}.type`, part.type));
  return undefined;
}

const imageKeys = new Set(['type', 'image_url', 'file_id', 'detail']);

function readImage(part: JsonObject, at: string, losses: RequestLosses): NeutralImage {
  noteOthers(part, imageKeys, losses);
  noteDetail(part, losses);
  if (textOf(part.file_id) !== '') return { kind: 'image', source: { kind: 'id', id: textOf(part.file_id) } };
  // An object in Chat's manner is what clients write that were made for it.
  const url = isJsonObject(part.image_url) ? part.image_url.url : part.image_url;
  return { kind: 'image', source: sourceOf(url, `${at}.image_url`) };
}

const fileKeys = new Set(['type', 'filename', 'file_data', 'file_url', 'file_id', 'detail']);

function readFile(part: JsonObject, at: string, losses: RequestLosses): NeutralFile {
  noteOthers(part, fileKeys, losses);
  noteDetail(part, losses);
  const name = textOf(part.filename) || undefined;
  if (textOf(part.file_id) !== '') return { kind: 'file', source: { kind: 'id', id: textOf(part.file_id) }, name };
  if (textOf(part.file_url) !== '') return { kind: 'file', source: sourceOf(part.file_url, `${at}.file_url`), name };
  const data = requiredText(`${at}.file_data`, part.file_data);
  const source: NeutralSource = /^data:/i.test(data) ? sourceOf(data, `${at}.file_data`) : bareBase64(data, name);
  return { kind: 'file', source, name };
}

/** Without a media type, the name tells whether it is what nearly all are. */
function bareBase64(data: string, name: string | undefined): NeutralSource {
  return { kind: 'inline', mediaType: /\.pdf$/i.test(name ?? '') ? 'application/pdf' : 'application/octet-stream', data };
}

function sourceOf(url: JsonValue | undefined, at: string): NeutralSource {
  return urlSource(requiredText(at, url)) ?? badField(at, 'a base64 data URL', url);
}

const audioKeys = new Set(['type', 'input_audio']);

function readAudio(part: JsonObject, at: string, losses: RequestLosses): NeutralAudio {
  noteOthers(part, audioKeys, losses);
  return audioPart(part, at);
}

function noteDetail(part: JsonObject, losses: RequestLosses): void {
  if (typeof part.detail === 'string' && part.detail !== 'auto') losses.drop('input[].content[].detail');
}

function noteOthers(part: JsonObject, known: ReadonlySet<string>, losses: RequestLosses): void {
  losses.dropOthers(part, known, 'input[].content[].');
}
