import type { Provider } from '@express-ai-gateway/core/plugin';

/** The paths that a rule's path means, as routes: `/v1/files*` is the list and everything below it, and nothing beside it. */
export function pathsOf(path: string): readonly string[] {
  const open = path.endsWith('*') && !path.endsWith('/*');
  if (!open) return [path];
  const exact = path.slice(0, -1);
  return [exact, `${exact}/*`];
}

/** Paths of the provider's that the gateway reads and meters itself: they have routes of their own, and never pass unread. */
export function readElsewhere(provider: Provider): (path: string) => boolean {
  const patterns = Object.values(provider.paths)
    .flatMap((one) => (typeof one === 'string' ? [one] : [one.whole, one.stream]))
    .map((one) => pattern((one.split('?', 1)[0] as string).replace(/\/$/, '')));
  return (path) => patterns.some((one) => one.test(plainPath(path)));
}

function pattern(path: string): RegExp {
  const [start = '', end] = path.split('{model}').map((part) => part.toLowerCase().replace(/[^\w/]/g, '\\$&'));
  return new RegExp(end === undefined ? `^${start}$` : `^${start}.+${end}$`);
}

/** A path as whoever answers may read it: `/V1/%63hat;v=1/` is `/v1/chat`. */
export function plainPath(path: string): string {
  return decoded(path)
    .toLowerCase()
    .replace(/;[^/]*/g, '')
    .replace(/\/$/, '');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
