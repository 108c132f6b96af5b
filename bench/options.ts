import { parseArgs } from 'node:util';

export interface Options {
  /** A few rounds of the scenarios that a change is most likely to make worse. */
  readonly short: boolean;
  readonly only: readonly string[];
  readonly rounds: number | undefined;
  /** Where to write the raw numbers. */
  readonly json: string | undefined;
  readonly markdown: boolean;
}

export const usageText = `npm run bench -- [options]

  --short            json-1k, sse-burst and translation, fewer rounds, no peers: for CI, at most 90 seconds
  --only NAME        this scenario only; may be given several times
  --rounds N         so many rounds of each scenario
  --json FILE        also writes every number of every round
  --markdown         tables as Markdown`;

/** Throws with a message for people. */
export function readOptions(args: readonly string[], scenarioNames: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !scenarioNames.includes(name));
  if (unknown !== undefined) throw new Error(`--only: expected one of ${scenarioNames.join(', ')}, received ${unknown}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds: expected a positive integer, received ${values.rounds}`);
  return { short: values.short, only: values.only, rounds, json: values.json, markdown: values.markdown };
}
