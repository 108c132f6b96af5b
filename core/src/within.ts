/** Waits for work, but not for ever: rejects at the limit, with these words. What the work still does then is heard by nobody. */
export async function within<T>(ms: number, work: T | PromiseLike<T>, late: string = `not done within ${ms} ms`): Promise<T> {
  if (work === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise of whatever make. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
