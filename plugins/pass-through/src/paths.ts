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
  return (path) => {
    const plain = decoded(path).replace(/\/$/, '').toLowerCase();
    return patterns.some((one) => one.test(plain));
  };
}

function pattern(path: string): RegExp {
  const [start = '', end] = path.split('{model}').map((part) => part.toLowerCase().replace(/[^\w/]/g, '\\$&'));
  return new RegExp(end === undefined ? `^${start}$` : `^${start}.+${end}$`);
}

/** `%63ompletions` is `completions` to whoever answers. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
