import { type Group, groupNames, groupsOf } from './lexicon.ts';

/** Characters of a text that are looked at: half of them at its head, half at its tail, where tasks are stated. */
export const maxCharacters = 32 * 1024;

/** What is counted in one pass over a text. */
interface Counts {
  words: number;
  letters: number;
  /** Words of ten letters and more: rare ones, of a subject. */
  rare: number;
  numbers: number;
  sentences: number;
  questions: number;
  /** Lines that begin with a number, a letter in brackets, a dash or a star. */
  items: number;
  /** Signs of formal languages: `{ } = < > ; _ ^ \` and the like. */
  signs: number;
  fences: number;
  readonly groups: number[];
}

const extra = ['length', 'rare', 'wordLength', 'sentenceLength', 'numbers', 'questions', 'items', 'signs', 'fences', 'lookup'] as const;

export const featureNames: readonly (Group | (typeof extra)[number])[] = [...groupNames, ...extra];

/** What a prompt is like, each between 0 and 1, in the order of `featureNames`. */
export function featuresOf(text: string): number[] {
  const counts = counted(text);
  const { words, letters, rare, numbers, sentences, questions, items, signs, fences } = counts;
  // A word of a kind says much, the tenth of that kind little more; in a long text it says less than in a short one.
  const scale = 1 + Math.sqrt(words) / 10;
  return [
    ...counts.groups.map((count) => saturating(count / scale, 2)),
    Math.min(1, Math.log2(1 + words) / 12),
    words === 0 ? 0 : Math.min(1, (3 * rare) / words),
    words === 0 ? 0 : Math.min(1, letters / words / 10),
    saturating(words / Math.max(1, sentences), 20),
    saturating(numbers, 6),
    saturating(questions, 2),
    saturating(items, 4),
    saturating(signs, 12),
    saturating(fences, 1),
    isLookup(counts) ? 1 : 0,
  ];
}

/** A short question for a single fact. */
function isLookup({ words, groups }: Counts): boolean {
  const asks = groups[groupNames.indexOf('question')] ?? 0;
  const open = groups[groupNames.indexOf('open')] ?? 0;
  return words <= 12 && asks > 0 && open === 0;
}

function saturating(count: number, half: number): number {
  return count / (count + half);
}

function counted(text: string): Counts {
  const counts: Counts = {
    words: 0,
    letters: 0,
    rare: 0,
    numbers: 0,
    sentences: 0,
    questions: 0,
    items: 0,
    signs: 0,
    fences: 0,
    groups: groupNames.map(() => 0),
  };
  if (text.length <= maxCharacters) count(text, 0, text.length, counts);
  else {
    count(text, 0, maxCharacters / 2, counts);
    count(text, text.length - maxCharacters / 2, text.length, counts);
  }
  return counts;
}

function count(text: string, from: number, to: number, counts: Counts): void {
  let at = from;
  let lineStart = true;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (isLetter(code)) {
      const end = wordEnd(text, at, to);
      countWord(text, at, end, counts);
      if (lineStart && end === at + 1 && isItemMark(text.charCodeAt(end))) counts.items += 1;
      at = end;
      lineStart = false;
    } else if (isDigit(code)) {
      let end = at + 1;
      while (end < to && isDigit(text.charCodeAt(end))) end += 1;
      counts.numbers += 1;
      if (lineStart && isItemMark(text.charCodeAt(end))) counts.items += 1;
      at = end;
      lineStart = false;
    } else {
      countMark(text, at, code, lineStart, counts);
      lineStart = code === newline || (lineStart && (code === 0x20 || code === 0x28)); // a space, "("
      at += 1;
    }
  }
}

const newline = 0x0a;

function countWord(text: string, start: number, end: number, counts: Counts): void {
  const length = end - start;
  counts.words += 1;
  counts.letters += length;
  if (length >= 10) counts.rare += 1;
  if (length > 40) return;
  const groups = groupsOf(text.slice(start, end).toLowerCase());
  if (groups === undefined) return;
  for (const group of groups) counts.groups[group] = (counts.groups[group] ?? 0) + 1;
}

function countMark(text: string, at: number, code: number, lineStart: boolean, counts: Counts): void {
  if (code <= 0x20) return;
  if (code === 0x3f || code === 0xff1f) {
    counts.questions += 1; // ? and its full-width form
    counts.sentences += 1;
  } else if (code === 0x2e || code === 0x21 || code === 0x3002) {
    counts.sentences += 1; // . ! and the ideographic full stop
  } else if (code === 0x60) {
    if (text.startsWith('```', at) && (at === 0 || text.charCodeAt(at - 1) === newline)) counts.fences += 0.5; // each has two
  } else if (lineStart && (code === 0x2d || code === 0x2a || code === 0x2022)) {
    counts.items += 1; // - * •
  } else if (formal.has(code)) {
    counts.signs += 1;
  } else if (code > 0x2e7f) {
    counts.words += 0.5; // scripts without spaces: about two signs make a word
    counts.letters += 2.5;
  }
}

const formal = new Set([...'{}[]=<>;_^\\+*/|&$#~'].map((sign) => sign.charCodeAt(0)));

function wordEnd(text: string, start: number, to: number): number {
  let end = start + 1;
  while (end < to) {
    const code = text.charCodeAt(end);
    const joins = code === 0x2d && end + 1 < to && isLetter(text.charCodeAt(end + 1)); // step-by-step
    if (!isLetter(code) && !joins) break;
    end += 1;
  }
  return end;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code < 0x2000);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `.` or `)` after a number or a single letter at the start of a line. */
function isItemMark(code: number): boolean {
  return code === 0x2e || code === 0x29;
}
