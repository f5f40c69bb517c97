import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';

/**
 * Installs and compiles what is missing or older than the sources. Takes the lock only when there is
 * something to do: a user without write permission may still run a clone that is up to date.
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
