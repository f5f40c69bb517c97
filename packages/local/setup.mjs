// `npm start`, `npm test`, `npm run check` and `npm run build` all come here, from a clean clone or a finished one.
// Runs before anything is installed, on whatever Node there is: Node's own modules only, and nothing newer than Node 20.
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
