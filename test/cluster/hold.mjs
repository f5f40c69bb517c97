import { down, up } from './cluster.mjs';
import { endCommands } from './machine/command.mjs';

/**
 * A cluster that lives as long as whoever started this process: it ends when standard input closes, which the kernel
 * sees to however that process ends, or at SIGINT or SIGTERM. Its folder is what is printed once it is up.
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
      if (!stopped) throw error; // else it did not come up because of that
    });
    if (!cluster) return;
    if (!stopped) console.log(cluster.instance.folder);
    await stop;
    await down(cluster.instance);
  } finally {
    process.stdin.destroy(); // or it keeps this process
  }
}
