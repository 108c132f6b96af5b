// Written by `node plugins/routing/train/train.ts` from train/prompts.txt. Do not edit: change the prompts, or the features, and run it.

export const bias = 0.08;

export const weights: readonly number[] = [
  0.518, // reasoning
  0.37, // maths
  0.386, // code
  0.256, // analysis
  0.232, // specialist
  0.229, // constraint
  -0.388, // transform
  -0.014, // creative
  -0.329, // everyday
  0.08, // open
  0.153, // long
  -0.11, // short
  0.068, // question
  0.267, // length
  0.224, // rare
  0.157, // wordLength
  0.325, // sentenceLength
  0.287, // numbers
  0.019, // questions
  0.159, // items
  0.276, // signs
  0.003, // fences
  -0.184, // lookup
];
