# Sourced behind common.sh: a built page that is up to date.

# Builds dist/web unless it is newer than everything that it is made from. A page named by VIPD_PAGE is
# taken as it is.
build_page_if_stale() {
  if [ -n "${VIPD_PAGE:-}" ]; then return 0; fi
  build_core_if_stale
  built=dist/web/service_worker.js
  if [ -f "$built" ] &&
    [ -z "$(find web host examples cli/build/page.mjs core-as/build/core.wasm package-lock.json -newer "$built")" ]; then
    return 0
  fi
  echo "building the page"
  node cli/build/page.mjs
}
