/** A request as an agent sends it. The agents themselves are not needed to try a gateway: this is what they put on the wire. */
export interface AgentRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Below the base URL of the agent's configuration. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Asked {
  readonly key: string;
  readonly model: string;
  readonly text: string;
}

/** A tool of an agent, with as long a description as theirs have. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

export function agentTool(name: string, purpose: string, properties: Readonly<Record<string, object>>): AgentTool {
  const parameters = { type: 'object', properties, required: Object.keys(properties).slice(0, 1), additionalProperties: false };
  return { name, description: `${purpose}\n\n${prose(2_400)}`, parameters };
}

/** So many characters of instructions, roughly. */
export function prose(length: number): string {
  return instructions
    .repeat(Math.ceil(length / instructions.length))
    .slice(0, length)
    .trimEnd();
}

const instructions = `- Read a file before you change it, and keep the style of what stands there: “names”, quotes, line ends, tabs \t and all.
- Paths are absolute. Do not guess one: list the folder (\`ls "/work dir/"\`) or search for the name first.
- Run the tests after each change. When one fails, say which, with the line that failed, and mend the cause; never the test.
- Ask before what cannot be undone: deleting, publishing, spending.
`;
