export { type AdminOptions, adminOptions } from './options.ts';
export { admin as default, admin } from './plugin.ts';
