export { type ServiceProxyOptions, serviceProxyOptions } from './options.ts';
export { serviceProxy as default, serviceProxy } from './plugin.ts';
