# Sourced by the scripts of test/ (POSIX sh): the project's root, the pinned Deno, a core that is up
# to date. Needs nothing but a shell until a function is called.
# The caller has set `root` to the project's folder.

cd "$root"

# Prints the path of the Deno binary that package.json pins. npm's wrapper in node_modules/.bin is a
# Node script that would add a process between a signal and Deno, so the binary itself is named.
deno_binary() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64") platform=linux-x64-glibc ;;
    "Linux aarch64") platform=linux-arm64-glibc ;;
    "Darwin x86_64") platform=darwin-x64 ;;
    "Darwin arm64") platform=darwin-arm64 ;;
    *)
      echo "no Deno is published for $(uname -s) $(uname -m)" >&2
      return 1
      ;;
  esac
  echo "$root/node_modules/@deno/$platform/deno"
}

# Compiles the core unless core.test.wasm is newer than everything that it is made from.
build_core_if_stale() {
  built=core-as/build/core.test.wasm
  if [ -f "$built" ] && [ -f core-as/build/core.wasm ] &&
    [ -z "$(find core-as/assembly core-as/compile core-as/generate.mjs -newer "$built")" ]; then
    return 0
  fi
  echo "building the core"
  sh core-as/compile
}

# vitest_on RUNTIME CONFIG NAME [ARG...]: runs vitest on node or deno. With VIPD_RESULTS set, the
# counts go to $VIPD_RESULTS/NAME.json for the summary of test/run.
vitest_on() {
  runtime=$1 config=$2 name=$3
  shift 3
  set -- node_modules/vitest/vitest.mjs run --config "$config" "$@"
  if [ -n "${VIPD_RESULTS:-}" ]; then
    set -- "$@" --reporter=default --reporter=json --outputFile.json="$VIPD_RESULTS/$name.json"
  fi
  case $runtime in
    node) node "$@" ;;
    deno) "$(deno_binary)" run -A --no-lock "$@" ;;
  esac
}
