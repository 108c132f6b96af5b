import { expect, it } from 'vitest';
import { named } from '../../../plugins/routing/src/named.ts';
import { priority } from '../../../plugins/routing/src/priority.ts';

it('gives a plugin a longer name, and leaves the plugin as it was', () => {
  const plugin = priority();
  expect(named(plugin, 'x')).toEqual({ ...plugin, name: 'routing.priority.x' });
  expect(plugin.name).toBe('routing.priority');
});
