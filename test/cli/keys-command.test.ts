import { describe, expect, it } from 'vitest';
import { keysCommand } from '../../cli/src/keys-command.ts';

const around = { env: {}, out: () => {}, note: () => {}, now: () => 0 };

describe('keysCommand', () => {
  const commands = keysCommand(around).commands;

  it('has a command for each thing that is done with keys', () => {
    expect(commands.map((command) => command.name())).toEqual(['create', 'list', 'show', 'update', 'restrict', 'rotate', 'revoke']);
  });

  it('asks each of them where the keys are, and tells each as JSON too', () => {
    for (const command of commands) {
      const flags = command.options.map(({ long }) => long);
      expect(flags, command.name()).toEqual(expect.arrayContaining(['--url', '--admin-path', '--store', '--json']));
    }
  });

  it('takes no secret as an argument: whoever lists processes would see it', () => {
    for (const command of commands) expect(command.options.map(({ long }) => long).join()).not.toMatch(/secret|pepper|password|token/);
  });
});
