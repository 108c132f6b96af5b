import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAudio, NeutralField, NeutralFile, NeutralImage, NeutralUserPart } from '../../../model/neutral.ts';
import { type Losses, refused } from '../../translate/losses.ts';
import { audioFormat, dataUrl, fileName, fileText, imageUrl } from '../../translate/media.ts';
import type { TargetQuirks } from '../../translation.ts';

/**
 * Texts alone are one string, which every server takes (DeepSeek takes no array); each part a paragraph. Media need the
 * array. Empty texts say nothing.
 */
export function encodeContent(
  parts: readonly NeutralUserPart[],
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): string | JsonObject[] {
  const encoded = parts.flatMap((part) => encodePart(part, quirks, losses));
  const texts = encoded.flatMap((part) => (typeof part.text === 'string' ? [part.text] : []));
  return texts.length === encoded.length ? texts.join('\n\n') : encoded;
}

/** The part, or none where it is empty or has no place; the latter is noted. */
function encodePart(part: NeutralUserPart, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return textPart(part.text);
    case 'image':
      return encodeImage(part, quirks, losses);
    case 'audio':
      return encodeAudio(part, losses);
    case 'file':
      return encodeFile(part, losses);
  }
}

function encodeImage(image: NeutralImage, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const url = imageUrl(image, quirks, losses);
  return url === undefined ? [] : [{ type: 'image_url', image_url: { url } }];
}

function encodeAudio({ mediaType, data }: NeutralAudio, losses: Losses<NeutralField>): JsonObject[] {
  const format = audioFormat(mediaType);
  return format === undefined ? refused(losses, 'audio') : [{ type: 'input_audio', input_audio: { data, format } }];
}

/** Chat takes files as data URLs, and only with a name; a plain text is a text. It has no place for a file's URL. */
function encodeFile({ source, name }: NeutralFile, losses: Losses<NeutralField>): JsonObject[] {
  switch (source.kind) {
    case 'text':
      return textPart(fileText(source.text, name));
    case 'inline':
      return [{ type: 'file', file: { filename: fileName(name, source.mediaType), file_data: dataUrl(source.mediaType, source.data) } }];
    case 'url':
      return refused(losses, 'files');
    case 'id':
      return refused(losses, 'fileIds');
  }
}

function textPart(text: string): JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text }];
}
