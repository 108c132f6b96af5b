export type { Dimension, RateLimitOptions } from './options.ts';
export { rateLimit as default, rateLimit } from './plugin.ts';
