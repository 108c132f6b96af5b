import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralFile, NeutralImage, NeutralUserPart } from '../../../model/neutral.ts';
import { type Losses, refused } from '../../translate/losses.ts';
import { dataUrl, fileName, fileText, imageUrl } from '../../translate/media.ts';
import type { TargetQuirks } from '../../translation.ts';

/** Parts of a user's message or of a tool's result. Empty texts say nothing. */
export function encodeContent(parts: readonly NeutralUserPart[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return parts.flatMap((part) => encodePart(part, quirks, losses));
}

/** The part, or none where it is empty or has no place; the latter is noted. */
function encodePart(part: NeutralUserPart, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return inputText(part.text);
    case 'image':
      return encodeImage(part, quirks, losses);
    case 'audio':
      // The SDK has a type for it, which no request takes.
      return refused(losses, 'audio');
    case 'file':
      return encodeFile(part, losses);
  }
}

function encodeImage(image: NeutralImage, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const url = imageUrl(image, quirks, losses);
  return url === undefined ? [] : [{ type: 'input_image', image_url: url }];
}

function encodeFile({ source, name }: NeutralFile, losses: Losses<NeutralField>): JsonObject[] {
  switch (source.kind) {
    case 'text':
      return inputText(fileText(source.text, name));
    case 'inline':
      return [{ type: 'input_file', filename: fileName(name, source.mediaType), file_data: dataUrl(source.mediaType, source.data) }];
    case 'url':
      return [{ type: 'input_file', file_url: source.url }];
    case 'id':
      return refused(losses, 'fileIds');
  }
}

export function inputText(text: string): JsonObject[] {
  return text === '' ? [] : [{ type: 'input_text', text }];
}
