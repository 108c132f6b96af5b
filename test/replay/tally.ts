/** What a run counted and found. */
export class Tally {
  readonly counts = new Map<string, number>();
  readonly problems: { readonly what: string; readonly id: string; readonly detail: string }[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Something that should not be; `id` says where. */
  problem(what: string, id: string, detail: string): void {
    this.count(`PROBLEM ${what}`);
    this.problems.push({ what, id, detail: detail.slice(0, 600) });
  }

  /** The counts by name, as lines of a table. */
  table(): string[] {
    const width = Math.max(0, ...[...this.counts.keys()].map((what) => what.length));
    return [...this.counts]
      .sort(([one], [other]) => one.localeCompare(other, 'en'))
      .map(([what, count]) => `${what.padEnd(width)}  ${String(count).padStart(6)}`);
  }
}
