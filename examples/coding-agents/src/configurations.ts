/** What to paste where, so that each agent asks the gateway at `url` (the mount, without `/v1`). */
export interface Configuration {
  readonly agent: string;
  readonly where: string;
  readonly text: string;
}

/** The agents' keys are the gateway's own (`gw_…`): what they are is the authentication plugin's business, none leaves the process. */
export function configurations(url: string): readonly Configuration[] {
  return [
    {
      agent: 'Claude Code',
      where: 'in the shell',
      text: `export ANTHROPIC_BASE_URL=${url}
export ANTHROPIC_AUTH_TOKEN=gw_your-key
export ANTHROPIC_MODEL=claude-sonnet-4-5
claude`,
    },
    {
      agent: 'Codex CLI',
      where: 'in ~/.codex/config.toml, with GATEWAY_KEY=gw_your-key in the shell',
      text: `model = "gpt-5-codex"
model_provider = "gateway"

[model_providers.gateway]
name = "gateway"
base_url = "${url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"`,
    },
    {
      agent: 'Gemini CLI',
      where: 'in the shell',
      text: `export GOOGLE_GEMINI_BASE_URL=${url}
export GEMINI_API_KEY=gw_your-key
gemini --model gemini-3-flash`,
    },
  ];
}

export function printed(url: string): string {
  return configurations(url)
    .map(({ agent, where, text }) => `${agent}, ${where}:\n\n${text.replace(/^(?=.)/gm, '  ')}\n`)
    .join('\n');
}
