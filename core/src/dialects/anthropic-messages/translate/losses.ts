// For `core/src/provider.ts`, which still looks for it here.
export { Losses } from '../../translate/losses.ts';
