export type { FoundPrincipal } from './found-principal.ts';
export { type HostUserOptions, hostUser } from './host-user.ts';
export type { Introspected } from './introspected.ts';
export { type IntrospectionOptions, introspection } from './introspection.ts';
export type { PassportAuthOptions, Strategy } from './options.ts';
export { passportAuth as default, passportAuth } from './plugin.ts';
