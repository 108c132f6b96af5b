export { type JwtOptions, jwtOptions } from './options.ts';
export { jwt as default, jwt } from './plugin.ts';
