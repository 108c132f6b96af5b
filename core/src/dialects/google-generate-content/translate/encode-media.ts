import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAudio, NeutralField, NeutralFile, NeutralImage } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';

/** The part that holds media; none for what only an address or another provider's account has: nothing is fetched here. */
export function encodeMedia(media: NeutralImage | NeutralAudio | NeutralFile, losses: Losses<NeutralField>): JsonObject[] {
  if (media.kind === 'audio') return [inlineData(media.mediaType, media.data)];
  const { source } = media;
  if (source.kind === 'inline') return [inlineData(source.mediaType, source.data)];
  if (source.kind === 'text') return [inlineData('text/plain', Buffer.from(source.text).toString('base64'))];
  if (source.kind === 'id') losses.refuse('fileIds');
  else losses.refuse(media.kind === 'image' ? 'imageUrls' : 'files');
  return [];
}

function inlineData(mimeType: string, data: string): JsonObject {
  return { inlineData: { mimeType, data } };
}
