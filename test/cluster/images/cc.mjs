import { imageArchive } from './archive.mjs';
import { DEBIAN, unpackDebian } from './debian.mjs';

const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'base-files', 'netbase', 'tzdata'];

/** The base image of the gateway's images, localhost/cc:12. */
export const ccArchive = () =>
  imageArchive({
    tag: 'localhost/cc:12',
    containerfile: 'cc.Containerfile',
    inputs: [DEBIAN, ...PACKAGES],
    prepare: (context) => unpackDebian(context, PACKAGES),
  });
