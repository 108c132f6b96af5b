import { escaped, type KitDialect } from './kit-dialect.ts';
import { openaiErrorBody } from './openai-chat.ts';

// OpenAI's formats that answer with numbers or with a list.

export const openaiEmbeddings: KitDialect = {
  id: 'openai-embeddings',
  method: 'POST',
  answersText: false,
  path: () => '/v1/embeddings',
  requestBody: (model, text) =>
    `{ "dimensions":3, "input":["${escaped(text)}" , "caf\\u00e9 \\/ x"],"10":1.0,"9":[1e0],"model":"${model}" }`,
  upstream: {
    whole: () =>
      `{"object":"list", "data":[{"object":"embedding","index":0,"embedding":[0.10,-1e-7,1.0]}],"model":"kit","usage":{"prompt_tokens":7,"total_tokens":7}}`,
    wholeText: () => '',
    userText: (body) => (JSON.parse(body) as { input: string[] }).input[0] ?? '',
    errorBody: openaiErrorBody,
    stream: undefined,
  },
};

export const openaiModerations: KitDialect = {
  id: 'openai-moderations',
  method: 'POST',
  answersText: false,
  path: () => '/v1/moderations',
  requestBody: (model, text) =>
    `{ "input":[{"type":"text","text":"${escaped(text)}"} , {"text":"caf\\u00e9 \\/ x","type":"text"}],"10":1.0,"9":[1e0],"model":"${model}" }`,
  upstream: {
    whole: () =>
      `{"id":"modr-kit", "model":"kit","results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":1.0e-7}}]}`,
    wholeText: () => '',
    userText: (body) => (JSON.parse(body) as { input: { text: string }[] }).input[0]?.text ?? '',
    errorBody: openaiErrorBody,
    stream: undefined,
  },
};

export const openaiModels: KitDialect = {
  id: 'openai-models',
  method: 'GET',
  answersText: false,
  path: () => '/v1/models',
  requestBody: () => '',
  upstream: undefined,
};
