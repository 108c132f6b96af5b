import {
  type JsonObject,
  type NeutralFile,
  type NeutralImage,
  type NeutralSource,
  type NeutralUserPart,
  refused,
} from '@express-ai-gateway/core/provider';
import type { DocumentNames } from './document-names.ts';
import type { EncoderAbout } from './encoder.ts';

/** Blocks of a turn of the user's, or of a result. `names`: those of the conversation's documents. */
export function encodeContent(parts: readonly NeutralUserPart[], names: DocumentNames, about: EncoderAbout): JsonObject[] {
  return parts.flatMap((part) => encodePart(part, names, about));
}

/** No block for a text that says nothing: an empty one is a 400 (maximhq/bifrost#2765), white space too. */
export function textBlocks(text: string): JsonObject[] {
  return text.trim() === '' ? [] : [{ text }];
}

/** The part, or none where it is empty or has no place; the latter is noted. */
function encodePart(part: NeutralUserPart, names: DocumentNames, about: EncoderAbout): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return textBlocks(part.text);
    case 'image':
      return encodeImage(part, about);
    case 'audio':
      return refused(about.losses, 'audio');
    case 'file':
      return encodeFile(part, names, about);
  }
}

const imageFormats: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

/** Converse takes bytes, and what lies in S3; it fetches nothing from elsewhere, and neither does the gateway. */
function encodeImage({ source }: NeutralImage, about: EncoderAbout): JsonObject[] {
  if (about.quirks.images === false) return refused(about.losses, 'images');
  if (source.kind !== 'inline') return refused(about.losses, source.kind === 'url' ? 'imageUrls' : 'fileIds');
  const format = imageFormats.get(source.mediaType.toLowerCase());
  return format === undefined ? refused(about.losses, 'images') : [{ image: { format, source: { bytes: source.data } } }];
}

const documentFormats: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
]);

function encodeFile({ source, name }: NeutralFile, names: DocumentNames, about: EncoderAbout): JsonObject[] {
  switch (source.kind) {
    case 'id':
      return refused(about.losses, 'fileIds');
    case 'url':
      return refused(about.losses, 'files');
    case 'text':
      return source.text.trim() === '' ? [] : [document('txt', Buffer.from(source.text).toString('base64'), names.next(name))];
    case 'inline':
      return encodeInline(source, name, names, about);
  }
}

function encodeInline(
  source: Extract<NeutralSource, { kind: 'inline' }>,
  name: string | undefined,
  names: DocumentNames,
  about: EncoderAbout,
): JsonObject[] {
  const type = source.mediaType.toLowerCase();
  if (type.startsWith('image/')) return encodeImage({ kind: 'image', source }, about);
  const format = documentFormats.get(type) ?? (isText(type) ? 'txt' : undefined);
  return format === undefined ? refused(about.losses, 'files') : [document(format, source.data, names.next(name))];
}

function isText(type: string): boolean {
  return /^text\/|^application\/(?:json|xml|yaml|x-yaml|javascript)$|\+(?:json|xml)$/.test(type);
}

function document(format: string, bytes: string, name: string): JsonObject {
  return { document: { format, name, source: { bytes } } };
}
