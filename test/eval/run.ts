// `npm run eval -- routing --data FILE [--out FILE] [--strong MODEL --weak MODEL] [--samples N]`: scores the prompts of a file of
// JSON lines ({ id, prompt, dataset?, quality? }). `{ id, score }` lines go to `--out`, or to the output; the table of how well
// the scores choose between two judged models follows, on the error output where the scores take the other.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { predictions, promptsOf, report } from './routing.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    strong: { type: 'string', default: 'gpt-4-1106-preview' },
    weak: { type: 'string', default: 'mistralai/Mixtral-8x7B-Instruct-v0.1' },
    samples: { type: 'string', default: '1000' },
  },
});

if (positionals[0] !== 'routing' || values.data === undefined) {
  console.error('npm run eval -- routing --data FILE [--out FILE] [--strong MODEL --weak MODEL] [--samples N]');
  process.exitCode = 2;
} else {
  const prompts = promptsOf(readFileSync(values.data, 'utf8'));
  const table = report(prompts, { strong: values.strong, weak: values.weak }, Number(values.samples)).join('\n');
  const scores = predictions(prompts);
  if (values.out === undefined) process.stdout.write(scores);
  else writeFileSync(values.out, scores);
  if (table === '') console.error(`no prompt has an outcome of both ${values.strong} and ${values.weak}: name them by --strong and --weak`);
  else if (values.out === undefined) console.error(table);
  else console.log(table);
}
