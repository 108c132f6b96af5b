import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script: sent whole only where the server does not know it yet, as after a restart or `SCRIPT FLUSH`. */
export class Script {
  readonly #text: string;
  readonly #sha: string;

  constructor(text: string) {
    this.#text = text;
    this.#sha = createHash('sha1').update(text).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.#text, keys.length, ...keys, ...values); // it was not carried out, so it is once now
    }
  }
}
