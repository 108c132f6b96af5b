export { type PassThroughOptions, passThroughOptions } from './options.ts';
export { passThrough as default, passThrough } from './plugin.ts';
