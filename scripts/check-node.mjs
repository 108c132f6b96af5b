// Runs before the tests, on whatever Node npm has put first in PATH. Plain JavaScript, old syntax: it has to run on the Node it refuses.

const needed = [22, 19];
const version = process.versions.node;
const [major = 0, minor = 0] = version.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    [
      '',
      `This repository needs Node ${needed.join('.')} or newer; this is Node ${version}.`,
      'Installing the dependencies brings the right Node along, unless install scripts are switched off. Run:',
      '',
      '    npm ci',
      '',
      '(without --ignore-scripts), then the same command again.',
      '',
      '',
    ].join('\n'),
  );
  process.exit(1);
}
