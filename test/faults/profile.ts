/** How fast the rows run. Every time of the table, and every limit under test, is divided by `factor`. */
export interface Profile {
  readonly name: 'fast' | 'full';
  readonly factor: number;
  /** What a busy machine may add to any time, in milliseconds that are not divided. */
  readonly slackMs: number;
}

export const profiles: Readonly<Record<Profile['name'], Profile>> = {
  fast: { name: 'fast', factor: 10, slackMs: 400 },
  full: { name: 'full', factor: 1, slackMs: 1_000 },
};
