export { Digests } from './digests.ts';
export {
  type KeyManager,
  type KeyView,
  keyManager,
  type NewKeyInput,
  type NewlyMade,
  type RotateInput,
  type UpdateInput,
} from './manager.ts';
export { type ApiKeysOptions, apiKeysOptions } from './options.ts';
export { apiKeys as default, apiKeys } from './plugin.ts';
export type { Restrictions } from './restrictions.ts';
