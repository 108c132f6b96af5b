export type { ModelDataOptions, ModelOverride, OwnPriceStep, OwnTokenPrices, PriceOverride } from './options.ts';
export { modelData } from './service.ts';
