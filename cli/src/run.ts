import { GatewayConfigError, GatewayError } from '@express-ai-gateway/core';
import { Command, CommanderError } from 'commander';
import { keysCommand, type Surroundings } from './keys-command.ts';
import { Problem } from './problem.ts';

/** Does what the arguments say. Resolves to the exit status: 0, or 1 when it could not be done, or 2 when it was not said rightly. */
export async function run(args: readonly string[], around: Surroundings & { readonly version: string }): Promise<number> {
  const program = new Command('express-ai-gateway').description('The command line of an AI gateway').version(around.version);
  program.addCommand(keysCommand(around));
  for (const command of everyCommand(program))
    command
      .exitOverride()
      .showHelpAfterError('(--help says what there is)')
      .configureOutput({ writeOut: (text) => around.out(text.trimEnd()), writeErr: (text) => around.note(text.trimEnd()) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    around.note(`express-ai-gateway: ${told(error)}`);
    return 1;
  }
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** What the user can mend in a line; what is a fault of ours with where it happened. */
function told(error: unknown): string {
  if (error instanceof GatewayError) return `${error.message} (${error.code})`;
  if (error instanceof Problem || error instanceof GatewayConfigError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
