export interface EmbeddingsRequest {
  readonly model: string;
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly encoding_format?: 'float' | 'base64';
  readonly dimensions?: number;
}

/** OpenAI's answer to an embeddings call: vectors of length 1 that depend on the input alone. */
export function embeddings(request: EmbeddingsRequest): object {
  const inputs = inputsOf(request.input);
  const tokens = inputs.reduce((sum, input) => sum + Math.max(1, input.split(/\s+/).length), 0);
  return {
    object: 'list',
    data: inputs.map((input, index) => ({
      object: 'embedding',
      index,
      embedding: encoded(vectorOf(input, request.dimensions ?? 16), request.encoding_format),
    })),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function inputsOf(input: EmbeddingsRequest['input']): string[] {
  if (typeof input === 'string') return [input];
  if (typeof input[0] === 'number') return [input.join(' ')];
  return (input as readonly (string | readonly number[])[]).map((one) => (typeof one === 'string' ? one : one.join(' ')));
}

/** A linear congruential generator seeded by the text: no meaning, but the same for everybody. */
export function vectorOf(text: string, dimensions: number): Float32Array {
  let state = 2_166_136_261;
  for (const unit of Buffer.from(text)) state = Math.imul(state ^ unit, 16_777_619) >>> 0;
  const vector = Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function encoded(vector: Float32Array, format: EmbeddingsRequest['encoding_format']): number[] | string {
  return format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
}
