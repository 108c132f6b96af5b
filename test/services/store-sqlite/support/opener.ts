// A thread that opens file after file at the same moment as its fellows, as processes that start together do.

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { KeyStore } from '@express-ai-gateway/core/plugin';
import { ServiceContainer } from '../../../../core/src/services/container.ts';
import { defaultServices } from '../../../../core/src/services/defaults.ts';
import { sqliteStore } from '../../../../services/store-sqlite/src/service.ts';

const { folder, arrived, fellows, files } = workerData as { folder: string; arrived: Int32Array; fellows: number; files: number };

const problems: string[] = [];
for (let file = 1; file <= files; file += 1) {
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < file * fellows);
  try {
    const services = new ServiceContainer([...defaultServices({} as never), ...sqliteStore({ path: join(folder, `${file}.db`) })]);
    services.get(KeyStore);
    await services.close();
  } catch (error) {
    problems.push((error as Error).message);
  }
}
parentPort?.postMessage(problems);
