// Words that say what kind of work a prompt asks for. English only: other languages are judged by length, structure, numbers and code.

const groups = {
  /** A formal argument or a search through cases. */
  reasoning:
    'prove disprove proof derive derivation deduce infer logic logical logically puzzle riddle reasoning reason satisfy satisfiable contradiction lemma theorem corollary paradox recurrence induction optimal optimum optimise optimize minimise minimize maximise maximize counterexample assignment fallacy step-by-step justify determine possible clue order arrange next older younger taller faster heavier twice remaining',
  maths:
    'integral integrate derivative differentiate equation solve polynomial matrix matrices vector eigenvalue probability permutation combination modulo prime integer divisor factorial triangle circle radius angle perimeter area volume logarithm sine cosine tangent sum product ratio fraction percent average mean median variance deviation calculate compute sequence series limit converge group ring field isomorphism continuous algebra geometry calculus graph vertices inequality root quadratic per cost costs total each half speed distance rate',
  code: 'python javascript typescript java rust golang ruby php kotlin swift haskell ocaml scala sql html css bash shell script regex regexp function class method variable array string loop recursion recursive algorithm compile compiler parser debug bug api json xml yaml docker kubernetes git query database index schema thread mutex async await pointer heap stack queue cache refactor implement implementation code coding program programming library framework react node django flask pandas numpy unit test server client deploy binary',
  analysis:
    'analyse analyze analysis compare comparison contrast evaluate evaluation assess critique critically argue argument discuss interpret implications consequences trade-off tradeoffs trade-offs strategy strategic design architecture propose investigate hypothesis methodology framework theory perspective objection counterargument reconcile examine synthesise synthesize justify diagnose differentiate relationship impact effect effects affect influence feasibility',
  specialist:
    'pharmacology diagnosis differential clinical patient syndrome pathology dosage enzyme protein genome molecular quantum relativity thermodynamics entropy momentum kinetic voltage semiconductor oxidation equilibrium stoichiometry catalyst jurisdiction liability plaintiff defendant statute contract doctrine tort fiduciary constitutional monetary fiscal elasticity derivative hedge portfolio amortisation amortization valuation econometric regression bayesian stochastic gradient neural transformer backpropagation convex topology hilbert lambda automata grammar cryptography encryption consensus distributed latency throughput concurrency phenomenology epistemology ontology categorical utilitarian hermeneutic phonology morphology syntax semantic metabolism immune neuron cortex seismic tectonic aerodynamics turbine',
  constraint:
    'must only exactly least most without except ensure constraint requirement require avoid limit should given assume assuming suppose subject include including exclude within under between maximum minimum specific following format strictly never always both neither otherwise unless if whether while but however although not no cannot',
  transform:
    'translate translation rewrite rephrase paraphrase summarise summarize summary classify categorise categorize extract correct spelling grammar convert label identify remove sort alphabetical edit proofread shorten list count',
  creative:
    'story poem haiku limerick lyrics song rap joke slogan tweet caption toast character dialogue scene script novel fiction imagine pretend roleplay act fairy verse rhyme screenplay monologue blog post article',
  everyday:
    'recipe cook dinner breakfast food movie film music game gift birthday party travel trip holiday vacation weekend dog cat pet hobby friend wear clothes shopping home garden weather hello hi hey thanks please name favourite favorite fun nice',
  open: 'explain describe write create develop plan guide tutorial advice recommend essay how why outline proposal report letter email speech review detail',
  long: 'detailed comprehensive thorough in-depth essay extensive complete entire elaborate pages chapter paragraphs report examples every',
  short: 'brief briefly short shortly one-sentence concise quick simple simply word yes',
  question: 'who when where which what',
} as const;

export type Group = keyof typeof groups;

export const groupNames = Object.keys(groups) as readonly Group[];

/** Of each word the groups it belongs to, as their places in `groupNames`. */
export const lexicon: ReadonlyMap<string, readonly number[]> = readLexicon();

function readLexicon(): Map<string, number[]> {
  const words = new Map<string, number[]>();
  for (const [index, name] of groupNames.entries()) {
    for (const word of groups[name].split(' ')) words.set(word, [...(words.get(word) ?? []), index]);
  }
  return words;
}

const longest = Math.max(...[...lexicon.keys()].map(({ length }) => length)) + 3;

/** The groups of a word in lower case, as it stands or without `s`, `d`, `ed`, `ing`. */
export function groupsOf(word: string): readonly number[] | undefined {
  if (word.length > longest) return undefined;
  return lexicon.get(word) ?? (word.length > 4 ? inflected(word) : undefined);
}

function inflected(word: string): readonly number[] | undefined {
  if (word.endsWith('ing')) return lexicon.get(word.slice(0, -3)) ?? lexicon.get(`${word.slice(0, -3)}e`);
  if (word.endsWith('ed')) return lexicon.get(word.slice(0, -2)) ?? lexicon.get(word.slice(0, -1));
  return word.endsWith('s') ? lexicon.get(word.slice(0, -1)) : undefined;
}
