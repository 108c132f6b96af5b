/** The gateway's names of providers, where the price table has another. */
const tableNames: ReadonlyMap<string, string> = new Map([
  ['anthropic-vertex', 'google'],
  ['azure-openai', 'azure'],
  ['bedrock', 'aws'],
  ['bedrock-anthropic', 'aws'],
  ['xai', 'x-ai'],
]);

/** Where Google's models stand in a path, before their name. */
const googlePrefix = /^(?:publishers\/[^/]+\/)?models\//;

/**
 * What the table calls a provider. Only whole names: the table's own search by parts of names would take `azure-openai` for
 * OpenAI, and an operator's `not-openai` as well.
 */
export function tableProvider(name: string, own: ReadonlyMap<string, string | false>): string | undefined {
  const given = own.get(name);
  if (given === false) return undefined;
  return given ?? tableNames.get(name) ?? name;
}

/** What the table calls a model of one of its providers. */
export function tableModel(provider: string, model: string): string {
  return provider === 'google' ? model.replace(googlePrefix, '') : model;
}
