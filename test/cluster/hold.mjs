import { down, up } from './cluster.mjs';
import { endCommands } from './machine/command.mjs';

/**
 * A cluster that lives as long as the parent process: it ends when standard input closes, which the kernel
 * does however the parent ends, or at SIGINT or SIGTERM. Prints the cluster's folder once the cluster is up.
 * @param {{ number: number | undefined }} options
 */
export async function hold({ number }) {
  let stopped = false;
  const stop = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
    process.stdin.on('end', resolve).on('error', resolve).resume();
  }).then(() => {
    stopped = true;
    endCommands(); // a build may take minutes
  });
  try {
    const cluster = await up({ number, holds: true }).catch((error) => {
      if (!stopped) throw error; // after a stop, the error is only its consequence
    });
    if (!cluster) return;
    if (!stopped) console.log(cluster.instance.folder);
    await stop;
    await down(cluster.instance);
  } finally {
    process.stdin.destroy(); // otherwise it keeps this process alive
  }
}
