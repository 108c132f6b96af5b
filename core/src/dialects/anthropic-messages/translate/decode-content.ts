import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralFile, NeutralImage, NeutralSource, NeutralText } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { objectList, type Placed } from '../../translate/object-list.ts';

/** What stands in a user's turn, and in a result. */
export type ContentPart = NeutralText | NeutralImage | NeutralFile;

const within = 'messages[].content[].';

/** Blocks with their places; a string is one block of text. */
export function blocksIn(content: JsonValue | undefined, at: string): Placed[] {
  if (typeof content === 'string') return [[{ type: 'text', text: content }, at]];
  return objectList(at, content, 'a string or an array of blocks');
}

export function userParts(block: JsonObject, at: string, losses: RequestLosses): ContentPart[] {
  switch (block.type) {
    case 'text':
      return [textBlock(block, at, losses)];
    case 'image':
      return [imageBlock(block, at, losses)];
    case 'document':
      return documentBlock(block, at, losses);
    case 'search_result':
      return [searchResult(block, at, losses)];
    default:
      return otherBlock(block, at, losses);
  }
}

export function resultParts(content: JsonValue, at: string, losses: RequestLosses): ContentPart[] {
  return blocksIn(content, at).flatMap(([block, path]) =>
    block.type === 'tool_reference' ? [toolReference(block, path, losses)] : userParts(block, path, losses),
  );
}

/** What a block that nobody else knows means cannot be said in another format. */
export function otherBlock(block: JsonObject, at: string, losses: RequestLosses): never[] {
  losses.refuseAt(at, requiredText(`${at}.type`, block.type));
  return [];
}

/** Citations are the model's own notes of where a text is from; empty ones say nothing. */
const textKeys = new Set(['type', 'text', 'citations']);

export function textBlock(block: JsonObject, at: string, losses: RequestLosses): NeutralText {
  losses.dropOthers(block, textKeys, within);
  if (Array.isArray(block.citations) && block.citations.length > 0) losses.drop(`${within}citations`);
  if (typeof block.text !== 'string') badField(`${at}.text`, 'a string', block.text);
  return { kind: 'text', text: block.text };
}

const imageKeys = new Set(['type', 'source']);

function imageBlock(block: JsonObject, at: string, losses: RequestLosses): NeutralImage {
  losses.dropOthers(block, imageKeys, within);
  const source = sourceOf(block, at);
  return { kind: 'image', source: readSource(source, at) ?? badField(`${at}.source.type`, 'base64, url or file', source.type) };
}

const documentKeys = new Set(['type', 'source', 'title', 'context', 'citations']);

/** What a document is about stands before it. */
function documentBlock(block: JsonObject, at: string, losses: RequestLosses): ContentPart[] {
  losses.dropOthers(block, documentKeys, within);
  if (isJsonObject(block.citations) && block.citations.enabled === true) losses.drop(`${within}citations`);
  const { title, context } = block;
  const name = textOf(title) || undefined;
  const about: NeutralText[] = textOf(context) === '' ? [] : [{ kind: 'text', text: textOf(context) }];
  return [...about, ...documentParts(sourceOf(block, at), name, at, losses)];
}

function documentParts(source: JsonObject, name: string | undefined, at: string, losses: RequestLosses): ContentPart[] {
  if (source.type === 'text') {
    if (typeof source.data !== 'string') badField(`${at}.source.data`, 'a string', source.data);
    return [{ kind: 'file', source: { kind: 'text', text: source.data }, name }];
  }
  if (source.type === 'content') return contentDocument(source, name, at, losses);
  const read = readSource(source, at) ?? badField(`${at}.source.type`, 'base64, text, url, file or content', source.type);
  return [{ kind: 'file', source: read, name }];
}

/** A document in pieces, which are there to be cited one by one: one text, and its images. */
function contentDocument(source: JsonObject, name: string | undefined, at: string, losses: RequestLosses): ContentPart[] {
  const parts = blocksIn(source.content, `${at}.source.content`).flatMap(([block, path]) => userParts(block, path, losses));
  const text = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
  return [{ kind: 'file', source: { kind: 'text', text }, name }, ...parts.filter(({ kind }) => kind !== 'text')];
}

const searchKeys = new Set(['type', 'source', 'title', 'content', 'citations']);

/** A text with a title and where it is from. */
function searchResult(block: JsonObject, at: string, losses: RequestLosses): NeutralFile {
  losses.dropOthers(block, searchKeys, within);
  if (isJsonObject(block.citations) && block.citations.enabled === true) losses.drop(`${within}citations`);
  const texts = blocksIn(block.content, `${at}.content`).flatMap(([inner, path]) =>
    inner.type === 'text' ? [textBlock(inner, path, losses).text] : otherBlock(inner, path, losses),
  );
  const { title, source } = block;
  const from = textOf(source) === '' ? [] : [textOf(source)];
  const name = textOf(title) || undefined;
  return { kind: 'file', source: { kind: 'text', text: [...from, ...texts].join('\n') }, name };
}

/** A tool that a search found. Elsewhere all tools are there from the beginning; that this one fits is still worth saying. */
function toolReference(block: JsonObject, at: string, losses: RequestLosses): NeutralText {
  losses.drop(`${within}tool_reference`);
  return { kind: 'text', text: requiredText(`${at}.tool_name`, block.tool_name) };
}

function sourceOf(block: JsonObject, at: string): JsonObject {
  return isJsonObject(block.source) ? block.source : badField(`${at}.source`, 'an object with a type', block.source);
}

function readSource(source: JsonObject, at: string): NeutralSource | undefined {
  switch (source.type) {
    case 'base64':
      return {
        kind: 'inline',
        mediaType: requiredText(`${at}.source.media_type`, source.media_type),
        data: requiredText(`${at}.source.data`, source.data),
      };
    case 'url':
      return { kind: 'url', url: requiredText(`${at}.source.url`, source.url) };
    case 'file':
      return { kind: 'id', id: requiredText(`${at}.source.file_id`, source.file_id) };
    default:
      return undefined;
  }
}
