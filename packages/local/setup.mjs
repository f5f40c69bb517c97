// `npm start`, `npm test`, `npm run check` and `npm run build` all start here, in a clean clone or an installed one.
// It runs before anything is installed, on any Node from version 20: it uses only Node's own modules and no newer features.
import { checkMachine } from './setup/machine.mjs';
import { prepare } from './setup/prepare.mjs';
import { interrupted, watchParent } from './setup/process.mjs';
import { SetupError } from './setup/step.mjs';
import { targets } from './setup/targets.mjs';

const [name = '', ...args] = process.argv.slice(2);

try {
  const target = targets[name];
  if (!target) throw new SetupError(`Use: node packages/local/setup.mjs ${Object.keys(targets).join('|')} [arguments]`);
  checkMachine();
  watchParent();
  await prepare({ compile: target.compile });
  process.exitCode = await target.run(args);
} catch (error) {
  if (interrupted()) process.exitCode = interrupted();
  else {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
