import { loadArchive } from '../node/load.mjs';
import { cluster } from './cluster.js';

/** The example server, which every test cluster has on its node. */
export const EXAMPLE_IMAGE = 'localhost/mcp-example:0.1.0';

/** Loads the images of a docker or OCI archive into the node. */
export const loadImage = (archive: string): Promise<void> => loadArchive(cluster, archive);
