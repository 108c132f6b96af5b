import type { NeutralField, NeutralImage, NeutralSource } from '../../model/neutral.ts';
import type { TargetQuirks } from '../translation.ts';
import type { Losses } from './losses.ts';

// Media as OpenAI's formats write them: data URLs, names of audio formats, names of files.

/** Names of audio formats that are not simply the media type's second half. */
const audioTypes: ReadonlyMap<string, string> = new Map([['mp3', 'audio/mpeg']]);

export function audioMediaType(format: string): string {
  return audioTypes.get(format) ?? `audio/${format}`;
}

/** `input_audio.format`; OpenAI knows two. `undefined`: it has no word for the type. */
export function audioFormat(mediaType: string): 'wav' | 'mp3' | undefined {
  if (/^audio\/(wav|wave|x-wav|vnd\.wave)$/i.test(mediaType)) return 'wav';
  return /^audio\/(mpeg|mp3)$/i.test(mediaType) ? 'mp3' : undefined;
}

/** A `data:` URL taken apart, any other as it is; `undefined` for a `data:` URL that is not base64. */
export function urlSource(url: string): NeutralSource | undefined {
  if (!/^data:/i.test(url)) return { kind: 'url', url };
  const comma = url.indexOf(',');
  // The head alone is looked at: the data may be megabytes.
  const head = /^data:([^;,]*)(?:;[^;,]*)*?;base64$/i.exec(url.slice(0, Math.max(comma, 0)));
  if (head === null) return undefined;
  return { kind: 'inline', mediaType: head[1] || 'application/octet-stream', data: url.slice(comma + 1) };
}

export function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}

/** OpenAI takes a file's data only with a name, and reads from it what kind of file it is. */
export function fileName(name: string | undefined, mediaType: string): string {
  if (name !== undefined) return name;
  if (/^text\/plain$/i.test(mediaType)) return 'file.txt';
  return `file.${/\/([a-z0-9]{1,8})$/i.exec(mediaType)?.[1] ?? 'bin'}`;
}

/** The URL that stands for an image, its own or with its data; `undefined` for one that has no place, which is noted. */
export function imageUrl({ source }: NeutralImage, quirks: TargetQuirks, losses: Losses<NeutralField>): string | undefined {
  if (source.kind === 'inline' && quirks.images !== false) return dataUrl(source.mediaType, source.data);
  if (source.kind === 'url' && quirks.images !== false && quirks.imageUrls !== false) return source.url;
  losses.refuse(quirks.images === false ? 'images' : source.kind === 'id' ? 'fileIds' : 'imageUrls');
  return undefined;
}

/** A file that is a plain text, as a text: every model reads it. */
export function fileText(text: string, name: string | undefined): string {
  return name === undefined || text === '' ? text : `${name}:\n${text}`;
}
