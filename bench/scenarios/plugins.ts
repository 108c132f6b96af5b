import { withPlugins } from '../contenders.ts';
import type { Scenario } from './scenario.ts';
import { sliceScenario } from './slices.ts';

/** The first plugin pays for what plugins need at all; what each further one adds is the slope between these two. */
export const fewPlugins = 1;
export const manyPlugins = 33;

const slices = sliceScenario({
  name: 'plugins',
  title: 'JSON 1 KB with plugins that do nothing, three hooks each',
  bytes: 1_000,
  connections: 32,
  per: 'request',
});

export const plugins: Scenario = {
  ...slices,
  run: (lab, plan) => slices.run(lab, { ...plan, contenders: [withPlugins(fewPlugins), withPlugins(manyPlugins)] }),
};
