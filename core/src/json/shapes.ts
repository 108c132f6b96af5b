/**
 * A string and a number of JSON. Every way through them is the only one for its text, so that a text that does not fit is
 * given up after one look at each of its characters.
 */
const string = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"`;
const number = String.raw`-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`;

/** A key, a string, a number: of a text that is JSON, where nothing else begins like them. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*/g;

/** What stands in a shape for a string and a number: characters that no JSON text has. */
const stringMark = '\u0000';
const numberMark = '\u0001';

/** Longer texts are worth no pattern; neither are those with more to look for. */
const maxLength = 4_096;
const maxMarks = 64;

/** A pattern costs as much as parsing a hundred texts. */
const seenOften = 8;

const maxShapes = 32;
const maxCandidates = 64;

/** The texts that differ in nothing but what their strings and numbers are. */
export class JsonShape {
  readonly #pattern: RegExp;

  /** `separator`: a pattern of what may stand between two of them. */
  constructor(shape: string, separator: string) {
    const one = patternOf(shape);
    this.#pattern = new RegExp(`${one}(?:${separator}${one})*`, 'y');
  }

  /** Whether texts of this shape, one after another, reach from one place to another at least: they are JSON therefore. */
  reaches(text: string, start: number, end: number): boolean {
    const pattern = this.#pattern;
    pattern.lastIndex = start;
    return pattern.test(text) && pattern.lastIndex >= end;
  }

  /** Where the last of those texts ended. */
  get end(): number {
    return this.#pattern.lastIndex;
  }
}

/**
 * Tells that a text is JSON without parsing it, where many are alike: the events of streams are the same but for a few
 * strings and numbers. Shapes are learned from texts that `JSON.parse` took; what fits one is JSON by its making. Measured
 * at a tenth of what parsing an event costs, and less where one call looks at many. Texts may be latin1 (one character per byte) of bytes that are UTF-8: JSON's
 * own characters are the same in both.
 */
export class JsonShapes {
  /** Those that were found last come first. */
  readonly #shapes: JsonShape[] = [];
  /** How often shapes came that have no pattern yet; the oldest first. */
  readonly #candidates = new Map<string, number>();
  readonly #separator: string;

  /** `separator`: a pattern of what may stand between two texts that are looked at in one go. */
  constructor(separator: string) {
    this.#separator = separator;
  }

  /** The shape whose texts reach from `start` to `end` at least, if it is a known one. */
  find(text: string, start: number, end: number): JsonShape | undefined {
    if (end - start > maxLength) return undefined;
    const shapes = this.#shapes;
    for (let index = 0; index < shapes.length; index += 1) {
      const shape = shapes[index] as JsonShape;
      if (!shape.reaches(text, start, end)) continue;
      if (index > 0) shapes.unshift(...shapes.splice(index, 1));
      return shape;
    }
    return undefined;
  }

  /** Whether a text is JSON. Its shape is known from the eighth time on. */
  learn(text: string): boolean {
    if (!isJson(text)) return false;
    const shape = shapeOf(text);
    if (shape === undefined) return true;
    const seen = (this.#candidates.get(shape) ?? 0) + 1;
    this.#candidates.delete(shape);
    if (seen < seenOften) {
      this.#candidates.set(shape, seen);
      if (this.#candidates.size > maxCandidates) this.#candidates.delete(this.#candidates.keys().next().value as string);
    } else {
      this.#shapes.unshift(new JsonShape(shape, this.#separator));
      if (this.#shapes.length > maxShapes) this.#shapes.pop();
    }
    return true;
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A JSON text with marks for its strings and numbers; keys stay. `undefined` where that is too much. */
function shapeOf(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  let marks = 0;
  const shape = text.replace(token, (part, literal: string | undefined, colon: string | undefined) => {
    if (colon !== undefined) return part;
    marks += 1;
    return literal === undefined ? numberMark : stringMark;
  });
  return marks > maxMarks ? undefined : shape;
}

function patternOf(shape: string): string {
  return shape
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
    .replaceAll(stringMark, () => string)
    .replaceAll(numberMark, () => number);
}
