import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralFile, NeutralImage, NeutralSource, NeutralUserPart } from '../../../model/neutral.ts';
import { type Losses, refused } from '../../translate/losses.ts';
import type { TargetQuirks } from '../../translation.ts';

/** Blocks of a turn of the user's, or of a result. */
export function encodeContent(parts: readonly NeutralUserPart[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return parts.flatMap((part) => encodePart(part, quirks, losses));
}

/** No block for a text that says nothing: an empty one is a 400 (anthropics/claude-code#62396, #59812), white space too. */
export function textBlocks(text: string): JsonObject[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

/** The part, or none where it is empty or has no place; the latter is noted. */
function encodePart(part: NeutralUserPart, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return textBlocks(part.text);
    case 'image':
      return encodeImage(part, quirks, losses);
    case 'audio':
      return refused(losses, 'audio');
    case 'file':
      return encodeFile(part, quirks, losses);
  }
}

const imageType = /^image\/(jpeg|png|gif|webp)$/;

function encodeImage({ source }: NeutralImage, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  if (quirks.images === false) return refused(losses, 'images');
  if (source.kind === 'id') return refused(losses, 'fileIds');
  if (source.kind === 'url')
    return isFetched(source.url, quirks) ? [{ type: 'image', source: encodeSource(source) }] : refused(losses, 'imageUrls');
  const mediaType = source.mediaType.toLowerCase().replace(/^image\/jpg$/, 'image/jpeg'); // a usual mistake
  return imageType.test(mediaType) ? [{ type: 'image', source: encodeSource({ ...source, mediaType }) }] : refused(losses, 'images');
}

/** Google's `gs:` and the like are for their own servers. */
function isFetched(url: string, { imageUrls }: TargetQuirks): boolean {
  return imageUrls !== false && /^https?:/i.test(url);
}

function encodeSource(source: Exclude<NeutralSource, { kind: 'id' }>): JsonObject {
  return source.kind === 'url' ? { type: 'url', url: source.url } : { type: 'base64', media_type: source.mediaType, data: source.data };
}

/** Of a document's title. */
const longestTitle = 500;

function encodeFile({ source, name }: NeutralFile, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const title = name === undefined || name === '' ? {} : { title: name.slice(0, longestTitle) };
  switch (source.kind) {
    case 'text':
      return textDocument(source.text, title);
    case 'inline':
      return inlineFile(source, title, quirks, losses);
    case 'url':
      return isFetched(source.url, quirks) ? [{ type: 'document', source: encodeSource(source), ...title }] : refused(losses, 'files');
    case 'id':
      return refused(losses, 'fileIds');
  }
}

/** PDF and texts; images are images, under whatever name they come. */
function inlineFile(
  source: Extract<NeutralSource, { kind: 'inline' }>,
  title: JsonObject,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): JsonObject[] {
  const type = source.mediaType.toLowerCase();
  if (type.startsWith('image/')) return encodeImage({ kind: 'image', source }, quirks, losses);
  if (type === 'application/pdf') return [{ type: 'document', source: encodeSource({ ...source, mediaType: type }), ...title }];
  if (/^text\/|^application\/(json|xml|yaml|x-yaml|javascript)$|\+(json|xml)$/.test(type))
    return textDocument(Buffer.from(source.data, 'base64').toString('utf8'), title);
  return refused(losses, 'files');
}

function textDocument(text: string, title: JsonObject): JsonObject[] {
  return text.trim() === '' ? [] : [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title }];
}
