/** One prompt with what two models made of it. */
export interface Outcome {
  readonly id: string;
  readonly score: number;
  readonly strong: number;
  readonly weak: number;
}

/** How much of the gap between two models a router closes, by the share of calls it gives the strong one (RouteLLM's measures). */
export interface QualityCurve {
  /** Average performance gap recovered: the area under the curve. 0.5: no better than chance. */
  readonly apgr: number;
  /** The smallest share of calls to the strong model that recovers half of the gap; `undefined` when none does. */
  readonly cpt50: number | undefined;
  readonly cpt80: number | undefined;
}

/** The curve of sending the highest scores to the strong model. Equal scores come in the order of their ids, which knows nothing. */
export function qualityCurve(outcomes: readonly Outcome[]): QualityCurve {
  const sorted = [...outcomes].sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  const gap = sorted.reduce((sum, { strong, weak }) => sum + strong - weak, 0);
  let gained = 0;
  let before = 0;
  let apgr = 0;
  let cpt50: number | undefined;
  let cpt80: number | undefined;
  for (const [index, { strong, weak }] of sorted.entries()) {
    gained += strong - weak;
    const recovered = gained / gap;
    const share = (index + 1) / sorted.length;
    apgr += (before + recovered) / 2 / sorted.length;
    if (recovered >= 0.5) cpt50 ??= share;
    if (recovered >= 0.8) cpt80 ??= share;
    before = recovered;
  }
  return { apgr, cpt50, cpt80 };
}

/** The middle 95 % of APGR over samples drawn with replacement: how far the number may be chance. The same seed, the same interval. */
export function apgrInterval(outcomes: readonly Outcome[], samples: number, seed: number = 1): readonly [number, number] {
  const random = generator(seed);
  const values = Array.from({ length: samples }, () => {
    const drawn = outcomes.map((own) => outcomes[Math.floor(random() * outcomes.length)] ?? own);
    return qualityCurve(drawn).apgr;
  });
  const finite = values.filter(Number.isFinite).sort((one, other) => one - other); // a sample without a gap has no curve
  return [finite[Math.floor(finite.length * 0.025)] ?? Number.NaN, finite[Math.ceil(finite.length * 0.975) - 1] ?? Number.NaN];
}

/** Scores drawn at random, the curves of several draws averaged. */
export function chance(outcomes: readonly Outcome[], draws: number, seed: number = 1): QualityCurve {
  const random = generator(seed);
  const curves = Array.from({ length: draws }, () => qualityCurve(outcomes.map((one) => ({ ...one, score: random() }))));
  return { apgr: mean(curves, 'apgr'), cpt50: mean(curves, 'cpt50'), cpt80: mean(curves, 'cpt80') };
}

function mean(curves: readonly QualityCurve[], key: keyof QualityCurve): number {
  return curves.reduce((sum, curve) => sum + (curve[key] ?? Number.NaN), 0) / curves.length;
}

/** mulberry32: small, seeded, good enough for sampling. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
