# Sourced by app/run.sh and tests/run.sh from the root of the tree. POSIX sh; works in a bare chroot where /proc may be missing.

# Installs the packages of the given lists that are missing: as root, or with sudo that asks nothing; otherwise prints the
# line to type and exits 2. apt is not called when nothing is missing.
install_missing() {
    wanted=$(sed 's/#.*//' "$@")
    # shellcheck disable=SC2086
    present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
    missing=
    for package in $wanted; do
        printf '%s\n' "$present" | grep -qxF "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "Some Debian packages are missing. Please run this line, then start again:" >&2
        echo "  sudo apt-get install --no-install-recommends$missing" >&2
        exit 2
    fi
    echo "Installing:$missing" >&2
    # shellcheck disable=SC2086
    if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } \
        >"$install_log" 2>&1 </dev/null; then
        tail -n 20 "$install_log" >&2
        echo "The packages could not be installed (is there a way to the internet?). Please run this line, then start again:" >&2
        echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
        exit 2
    fi
}

# min(cores, free memory / 2 GB), at least 1: a compiler that swaps is slower than one that waits.
count_jobs() {
    cores=$(nproc 2>/dev/null || echo 1)
    free_mb=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null)
    by_memory=$((${free_mb:-4096} / 2000))
    jobs=$((cores < by_memory ? cores : by_memory))
    [ "$jobs" -ge 1 ] || jobs=1
    echo "$jobs"
}

# build_preset PRESET [TARGET...]: configures and builds; ninja's own status line is the progress bar.
build_preset() {
    preset=$1
    shift
    cmake --preset "$preset" >"build/$preset-configure.log" 2>&1 </dev/null || {
        cat "build/$preset-configure.log" >&2
        return 1
    }
    ninja -C "build/$preset" -j "$jobs" "$@" </dev/null
}

mkdir -p build
install_log=build/install.log
jobs=$(count_jobs)
