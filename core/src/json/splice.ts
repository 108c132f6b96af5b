import { decodeKey, type JsonScan, skipSpace, stringEnd } from './scan.ts';

/** Something with a text of its own, which may yet change. */
interface Replaced {
  readonly text: string;
}

/** What happens to one value of a text, and to values inside it. Steps are keys and positions of the original. */
export interface Edit {
  /** JSON in its place. */
  replacement?: Replaced | undefined;
  removed?: boolean;
  /** Edits inside JSON-in-a-string. */
  nested?: { readonly edited: boolean; toText(): string } | undefined;
  children?: Map<string | number, Edit> | undefined;
  /** Members to append. */
  insertions?: { readonly key: string; readonly value: Replaced }[] | undefined;
}

/** Whether an edit changes nothing. */
export function isEmptyEdit(edit: Edit): boolean {
  if (edit.removed || edit.replacement !== undefined || edit.nested?.edited || edit.insertions?.length) return false;
  for (const child of edit.children?.values() ?? []) if (!isEmptyEdit(child)) return false;
  return true;
}

/** A part of the text, and what stands there afterwards. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with its edits; everything else byte for byte. */
export function splice(text: string, edit: Edit, scan: JsonScan): string {
  const changes: Change[] = [];
  if (!collectTopLevel(edit, scan, changes)) collect(text, skipSpace(text, 0), edit, changes);
  changes.sort((a, b) => a.start - b.start || a.end - b.end);
  let output = '';
  let copied = 0;
  for (const { start, end, text: replacement } of changes) {
    output += text.slice(copied, start) + replacement;
    copied = end;
  }
  return output + text.slice(copied);
}

/** The usual edits (model name, an option) are of the root's own members, whose places the first scan noted. */
function collectTopLevel(edit: Edit, scan: JsonScan, changes: Change[]): boolean {
  if (scan.rootEnd === -1 || edit.replacement !== undefined) return false;
  for (const child of edit.children?.values() ?? [])
    if (child.removed || (child.replacement === undefined && !isEmptyEdit(child))) return false;
  for (const [key, child] of edit.children ?? []) {
    if (child.replacement === undefined) continue;
    const span = scan.members.get(String(key));
    if (span === undefined) return false;
    changes.push({ start: span.valueStart, end: span.valueEnd, text: child.replacement.text });
  }
  if (edit.insertions?.length) {
    const last = [...scan.members.values()].at(-1);
    const at = last?.valueEnd ?? scan.rootEnd;
    changes.push({ start: at, end: at, text: insertionText(edit, last !== undefined) });
  }
  return true;
}

function insertionText(edit: Edit, afterMember: boolean): string {
  const members = (edit.insertions ?? []).map(({ key, value }) => `${JSON.stringify(key)}:${value.text}`).join(',');
  return afterMember && members !== '' ? `,${members}` : members;
}

/** Collects the changes of the value at `start`; returns where it ends. Goes only where there are edits. */
function collect(text: string, start: number, edit: Edit, changes: Change[]): number {
  if (edit.replacement !== undefined || edit.nested !== undefined) {
    const end = valueEnd(text, start);
    const replacement = edit.replacement?.text ?? (edit.nested?.edited ? JSON.stringify(edit.nested.toText()) : undefined);
    if (replacement !== undefined) changes.push({ start, end, text: replacement });
    return end;
  }
  const opening = text.charCodeAt(start);
  if (opening !== 0x7b && opening !== 0x5b) return valueEnd(text, start);
  return collectMembers(text, start, opening === 0x7b, edit, changes);
}

/** A member or element: its own span, key included. */
interface Member {
  readonly start: number;
  readonly end: number;
  readonly removed: boolean;
}

function collectMembers(text: string, start: number, isObject: boolean, edit: Edit, changes: Change[]): number {
  const members: Member[] = [];
  let at = skipSpace(text, start + 1);
  for (let index = 0; text[at] !== '}' && text[at] !== ']'; index += 1) {
    const memberStart = at;
    let step: string | number = index;
    if (isObject) {
      const keyEnd = stringEnd(text, at);
      step = decodeKey(text, at, keyEnd);
      at = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const child = edit.children?.get(step);
    at = child === undefined || child.removed ? valueEnd(text, at) : collect(text, at, child, changes);
    members.push({ start: memberStart, end: at, removed: child?.removed ?? false });
    at = skipSpace(text, at);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  const kept = collectRemovals(members, changes);
  if (edit.insertions?.length) {
    const place = kept === undefined ? start + 1 : kept.end;
    changes.push({ start: place, end: place, text: insertionText(edit, kept !== undefined) });
  }
  return at + 1;
}

/** Removed members go with the comma before them, or after them where nothing is kept before. Returns the last one kept. */
function collectRemovals(members: readonly Member[], changes: Change[]): Member | undefined {
  let kept: Member | undefined;
  for (const [index, member] of members.entries()) {
    if (!member.removed) {
      kept = member;
      continue;
    }
    const previous = members[index - 1];
    const next = members[index + 1];
    if (kept !== undefined && previous !== undefined) changes.push({ start: previous.end, end: member.end, text: '' });
    else changes.push({ start: member.start, end: next?.start ?? member.end, text: '' });
  }
  return kept;
}

/** Where the value that begins at `start` ends. */
export function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = stringEnd(text, at);
      if (at === -1) return text.length;
      if (depth === 0) return at;
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (code === 0x2c || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)) return at;
    at += 1;
  }
  return at;
}
