export type { ModelDataOptions, ModelOverride, PriceOverride } from './options.ts';
export { modelData } from './service.ts';
