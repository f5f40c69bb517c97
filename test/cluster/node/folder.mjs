import path from 'node:path';

/** @typedef {import('../instance.mjs').Instance} Instance */

/** @param {Instance} instance */
export const nodeFolder = ({ folder }) => path.join(folder, 'node');

/** @param {Instance} instance */
export const socket = (instance) => path.join(nodeFolder(instance), 'run/containerd/containerd.sock');
