import type { KeyManager, KeyView, NewlyMade, UpdateInput } from '@express-ai-gateway/auth-keys';
import { Command } from 'commander';
import { changesOf, type KeyFlags, newKeyOf, type RestrictionFlags, restrictedTo, restrictionNames } from './key-fields.ts';
import { keyRecord, keyTable } from './print.ts';
import { type Environment, type PlaceFlags, reach } from './reach.ts';
import { durationOf } from './times.ts';

/** What a command touches besides keys. */
export interface Surroundings {
  readonly env: Environment;
  /** A line to the output; a line beside it, for people alone. */
  readonly out: (line: string) => void;
  readonly note: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface CommonFlags extends PlaceFlags {
  readonly json?: boolean;
}

/** Of a page; lists are read to their end. */
const pageSize = 200;

/** `keys create | list | show | update | restrict | rotate | revoke`. */
export function keysCommand(around: Surroundings): Command {
  const command = new Command('keys').description('API keys of a gateway');
  for (const add of [addCreate, addList, addShow, addUpdate, addRestrict, addRotate, addRevoke]) add(command, around);
  return command;
}

function addCreate(command: Command, around: Surroundings): void {
  const create = common(command.command('create').description('makes a key; it is told this once'), true)
    .requiredOption('--label <text>', 'what people know it by')
    .option('--tenant <name>', 'whose it is')
    .option('--app <name>', 'of which app')
    .option('--user <name>', 'of which user');
  restricting(fields(create)).action((flags: CommonFlags & KeyFlags & { label: string }) =>
    using(around, flags, async (keys) => tellMade(around, flags, await keys.create(newKeyOf(flags, around.now()))), true),
  );
}

function addList(command: Command, around: Surroundings): void {
  common(command.command('list').description('lists keys, without their secrets'))
    .option('--tenant <name>', 'of this tenant alone')
    .action((flags: CommonFlags & { tenant?: string }) =>
      using(around, flags, async (keys) => {
        const all = await everyKey(keys, flags.tenant);
        around.out(flags.json === true ? JSON.stringify(all, null, 2) : keyTable(all));
      }),
    );
}

function addShow(command: Command, around: Surroundings): void {
  const show = common(command.command('show <id>').description('shows a key, without its secret'));
  show.action((id: string, flags: CommonFlags) => using(around, flags, async (keys) => tell(around, flags, await keys.get(id))));
}

function addUpdate(command: Command, around: Surroundings): void {
  fields(common(command.command('update <id>').description('changes a key; "none" takes away what was there')))
    .option('--label <text>', 'what people know it by')
    .action((id: string, flags: CommonFlags & KeyFlags) =>
      using(around, flags, async (keys) => tell(around, flags, await keys.update(id, changesOf(flags, around.now())))),
    );
}

function addRestrict(command: Command, around: Surroundings): void {
  restricting(common(command.command('restrict <id>').description('restricts what a key may be used for')))
    .option('--lift <names>', `lifts restrictions: ${restrictionNames.join(', ')}`, list)
    .action((id: string, flags: CommonFlags & RestrictionFlags & { lift?: string[] }) =>
      using(around, flags, async (keys) => {
        const { revision, restrictions } = await keys.get(id);
        const changes = { restrictions: restrictedTo(restrictions, flags, flags.lift ?? []), revision } as UpdateInput;
        tell(around, flags, await keys.update(id, changes));
      }),
    );
}

function addRotate(command: Command, around: Surroundings): void {
  common(command.command('rotate <id>').description('gives a key a new secret; the old one works a while longer'), true)
    .option('--grace <duration>', 'how long the old secret works: 1h, 7d, 0s', '1h')
    .action((id: string, flags: CommonFlags & { grace: string }) =>
      using(around, flags, async (keys) =>
        tellMade(around, flags, await keys.rotate(id, { graceSeconds: durationOf(flags.grace) / 1_000 })),
      ),
    );
}

function addRevoke(command: Command, around: Surroundings): void {
  const revoke = common(command.command('revoke <id>').description('ends a key, for good'));
  revoke.action((id: string, flags: CommonFlags) => using(around, flags, async (keys) => tell(around, flags, await keys.revoke(id))));
}

async function using({ env }: Surroundings, flags: PlaceFlags, act: (keys: KeyManager) => Promise<void>, makesFile = false): Promise<void> {
  const { keys, close } = await reach(flags, env, makesFile);
  try {
    await act(keys);
  } finally {
    await close();
  }
}

/** The key alone goes to the output, so that `KEY=$(…)` has it and nothing else. */
function tellMade({ out, note }: Surroundings, { json }: CommonFlags, { key, record }: NewlyMade): void {
  if (json === true) {
    out(JSON.stringify({ key, record }, null, 2));
    return;
  }
  note(keyRecord(record));
  note('\nThe key, told this once:');
  out(key);
}

function tell({ out }: Surroundings, { json }: CommonFlags, view: KeyView): void {
  out(json === true ? JSON.stringify(view, null, 2) : keyRecord(view));
}

async function everyKey(keys: KeyManager, tenant: string | undefined): Promise<KeyView[]> {
  const all: KeyView[] = [];
  for (let after: string | undefined; ; ) {
    const page = await keys.list({ tenant, after, limit: pageSize });
    all.push(...page.keys);
    after = page.next;
    if (after === undefined) return all;
  }
}

/** Where the keys are, and how they are told. `makes`: the command can give a key its environment. */
function common(command: Command, makes = false): Command {
  const placed = command
    .option('--url <url>', 'of a running gateway: https://my.app/ai (needs ADMIN_SECRET in the environment)')
    .option('--admin-path <path>', 'of the admin plane below it (default: /admin)')
    .option('--store <place>', 'a file of SQLite, or a URL of PostgreSQL or Redis (needs GATEWAY_PEPPER in the environment)')
    .option('--json', 'tells it as JSON');
  return makes ? placed.option('--environment <name>', 'stands in the key; as the gateway has it (with --store; default: live)') : placed;
}

function fields(command: Command): Command {
  return command
    .option('--plan <name>', 'for limits and budgets')
    .option('--scopes <names>', 'what it may do, by commas', list)
    .option('--metadata <name=value>', 'what else is to be known of it; may come several times', (entry: string, before: string[] = []) => [
      ...before,
      entry,
    ])
    .option('--expires <time>', '90d, 12h, 2027-01-31');
}

function restricting(command: Command): Command {
  return command
    .option('--models <names>', 'models it may ask for, by commas, with *: chat,claude-*', list)
    .option('--endpoints <paths>', 'below the mount, by commas: "POST /v1/embeddings,/v1/models*"', list)
    .option('--methods <names>', 'HTTP methods, by commas', list)
    .option('--addresses <blocks>', 'of clients, by commas: 198.51.100.0/24,2001:db8::/32', list)
    .option('--hours <window>', 'times of the week: "mon-fri 08:00-18:00 Europe/Berlin"');
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
