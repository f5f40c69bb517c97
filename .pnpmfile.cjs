/**
 * `@prisma/client` names Prisma's command line and TypeScript as peers that one may do without. pnpm would take them for
 * needed in production, and with them 200 MB into every image.
 */
function readPackage(manifest) {
  if (manifest.name === '@prisma/client') {
    delete manifest.peerDependencies;
    delete manifest.peerDependenciesMeta;
  }
  return manifest;
}

module.exports = { hooks: { readPackage } };
