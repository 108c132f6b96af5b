/** Whether a path could be meant by both; `*`, once at most in each, stands for one or more characters. */
export function overlap(one: string, other: string): boolean {
  const [own, theirs] = [one.indexOf('*'), other.indexOf('*')];
  if (own === -1) return theirs === -1 ? one === other : matches(other, one);
  if (theirs === -1) return matches(one, other);
  const [ownEnd, theirEnd] = [one.slice(own + 1), other.slice(theirs + 1)];
  const [ownStart, theirStart] = [one.slice(0, own), other.slice(0, theirs)];
  return (ownStart.startsWith(theirStart) || theirStart.startsWith(ownStart)) && (ownEnd.endsWith(theirEnd) || theirEnd.endsWith(ownEnd));
}

/** Whether a pattern means a path, of which nothing is a pattern. */
export function matches(pattern: string, path: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === path;
  return path.length >= pattern.length && path.startsWith(pattern.slice(0, star)) && path.endsWith(pattern.slice(star + 1));
}
