/** What an action resolves to, or an error once it took too long. The action goes on; nobody hears of its end. */
export function inTime<T>(action: Promise<T>, ms: number, late: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(late)), Math.max(0, ms));
    action.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
