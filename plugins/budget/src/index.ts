export type { BudgetOptions } from './options.ts';
export { budget as default, budget } from './plugin.ts';
