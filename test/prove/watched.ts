import type { GatewayPlugin, PluginHooks } from '../../core/src/define-plugin.ts';

/** The same plugin; each run of one of its hooks is timed, from the call to the end of its promise. */
export function watched(plugin: GatewayPlugin, hook: 'onRequest' | 'beforeRoute', took: (nanos: number) => void): GatewayPlugin {
  const { build } = plugin;
  if (build.kind !== 'create') throw new TypeError('expected a plugin made by a function');
  const create: typeof build.create = (options, services) => {
    const hooks: PluginHooks = build.create(options, services);
    const run = hooks[hook] as ((context: unknown) => unknown) | undefined;
    const timed = async (context: unknown): Promise<unknown> => {
      const started = process.hrtime.bigint();
      const result = run?.call(hooks, context);
      const answer = result instanceof Promise ? await result : result;
      took(Number(process.hrtime.bigint() - started));
      return answer;
    };
    return { ...hooks, [hook]: timed };
  };
  return { ...plugin, build: { ...build, create } };
}
