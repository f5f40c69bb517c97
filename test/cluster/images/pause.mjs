import fs from 'node:fs';
import path from 'node:path';
import { PAUSE } from '../node/configuration.mjs';
import { imageArchive } from './archive.mjs';

/** @param {Record<string, string>} programs */
export const pauseArchive = ({ pause = '' }) =>
  imageArchive({
    tag: PAUSE,
    containerfile: 'pause.Containerfile',
    inputs: [pause],
    prepare: async (context) => fs.copyFileSync(pause, path.join(context, 'pause')),
  });
