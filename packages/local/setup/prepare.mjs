import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';

/**
 * Installs and compiles what is not yet, or no longer, as the sources want it. Takes the lock only when there is
 * something to do: whoever may not write here may still run what is ready.
 * @param {{ compile: boolean }} options
 * @throws SetupError
 */
export async function prepare({ compile }) {
  const ready = () => isInstalled() && (!compile || isBuilt());
  if (ready()) return;
  await withLock(async (lock) => {
    if (!isInstalled()) await install(lock);
    if (compile && !isBuilt()) await build(lock);
  });
}
