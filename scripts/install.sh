# Sourced by ./scripts/start and ./scripts/test, in the repository's root: installs
# the packages of the lock where they are missing or others, puts Node 24, which is one
# of them, first on the PATH, and builds the WebAssembly. The machine itself needs any Node from 20 on.

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Scrutin needs Node (20 or newer) and npm: see https://nodejs.org" >&2
  exit 1
fi

if ! node scripts/packages-current.mjs; then
  echo "Installing the packages of package-lock.json (a minute or two)" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2 || exit 1
fi

runs_node_24 () {
  case "$(node_modules/.bin/node --version 2>/dev/null)" in v24.*) return 0 ;; esac
  return 1
}

# npm may be told to skip install scripts, and Node 24 comes by one
runs_node_24 || npm rebuild node --ignore-scripts=false --loglevel=error >&2
if ! runs_node_24; then
  echo "The package «node» did not bring Node 24: try npm rebuild node --ignore-scripts=false" >&2
  exit 1
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH

# npm's own run of it may have been skipped, or the sources are newer
node scripts/build-wasm.mjs || exit 1
