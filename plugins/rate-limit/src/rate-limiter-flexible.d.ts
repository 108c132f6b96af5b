// The base of rate-limiter-flexible's limiters with stores: exported by its file alone, and its own types leave out what a store fills in.
declare module 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js' {
  import { RateLimiterStoreAbstract as Base, type RateLimiterAbstract, type RateLimiterRes } from 'rate-limiter-flexible';

  export interface StoreLimiterOptions {
    readonly points: number;
    /** Seconds. */
    readonly duration: number;
    readonly keyPrefix: string;
    /** Keys with so many points are refused in this process, without asking the store, until their window ends; 0: never. */
    readonly inMemoryBlockOnConsumed: number;
    readonly insuranceLimiter?: RateLimiterAbstract | undefined;
  }

  export default abstract class RateLimiterStoreAbstract<Stored> extends Base {
    constructor(options: StoreLimiterOptions);
    protected _inMemoryBlockedKeys: {
      addMs(key: string, ms: number): void;
      msBeforeExpire(key: string): number;
      delete(key?: string): void;
    };
    protected abstract _upsert(key: string, points: number, msDuration: number): Promise<Stored>;
    protected abstract _getRateLimiterRes(key: string, changedPoints: number, stored: Stored): RateLimiterRes;
  }
}
