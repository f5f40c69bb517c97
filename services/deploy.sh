#!/bin/sh
# deploy.sh FOLDER PACKAGE...
#
# Puts each package, built, into a folder of its own with what it needs in production, and nothing else.
set -eu
out=$1
shift
pnpm=$(node -p 'require("./package.json").packageManager')

for name; do
  # Injected: copies of the packages of this workspace instead of links into it. The lock file counts, as everywhere.
  npx --yes "$pnpm" --config.inject-workspace-packages=true --filter "@mcp-gateway/$name" deploy --prod "$out/$name"
done

# Sources, types, maps, and the query compilers of other databases (65 MB): Prisma's client loads the one that is kept.
find "$out" -type f '(' -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.tsbuildinfo' \
  -o -name 'query_compiler_*' ! -name 'query_compiler_fast_bg.postgresql.*mjs' ')' -exec rm -f {} +
