/** RFC 9110 §5.1: what a header may be called. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** What a header may say: Node refuses everything else, and a line break would write headers of its own. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && !/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value);
}
