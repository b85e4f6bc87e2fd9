#!/bin/sh
# fresh.sh RELEASE GOAL: `make GOAL` as on a fresh machine: the commit that is checked out, cloned into a Debian of that
# release (bookworm, trixie ...) that has nothing but git and make. Needs root (chroot), debootstrap and a network. The files
# are in build/fresh/RELEASE: base (what debootstrap made, kept), packages (those downloaded, kept) and root (made anew by
# each run, left for a look; a shell there: tools/fresh.sh RELEASE shell).
# MIRROR: where Debian comes from; otherwise the first Debian of this machine's own apt sources, or debootstrap's own choice.
set -eu

usage() {
    echo "fresh: found '$*', expected: fresh.sh RELEASE GOAL (as: fresh.sh trixie test)" >&2
    exit 2
}

# In the mount namespace that fresh.sh makes: fresh.sh --inside ROOT PACKAGES GOAL.
if [ "${1:-}" = --inside ]; then
    root=$2 packages=$3 goal=$4
    mount -t proc proc "$root/proc"
    for device in null zero full random urandom tty; do
        [ -e "$root/dev/$device" ] || : >"$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    mount -t tmpfs tmpfs "$root/dev/shm"
    mkdir -p "$root/dev/pts"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
    ln -sf pts/ptmx "$root/dev/ptmx"
    mount --bind "$packages" "$root/var/cache/apt/archives"
    case $goal in
    shell) run='exec bash' ;;
    *) run="exec make $goal" ;;
    esac
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" sh -c "
            set -e
            command -v make git >/dev/null || {
                apt-get update -q
                DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends make git
            } >&2
            cd /root/nestor
            $run"
fi

[ $# -eq 2 ] || usage "$*"
release=$1 goal=$2
case $release in '' | *[!a-z]*) usage "$*" ;; esac
[ "$(id -u)" -eq 0 ] || { echo "fresh: found user $(id -un), expected root: chroot and mount need it" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh: no debootstrap; install the package of that name" >&2; exit 1; }

top=$(git rev-parse --show-toplevel)
place=$top/build/fresh/$release
if [ -z "${MIRROR:-}" ]; then
    # SITE has no spaces; one of Debian itself has base files in a component main.
    MIRROR=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(SITE)' | sed -n 's/^Debian main //p' | grep -v security | head -n 1)
fi

mkdir -p "$place/packages/partial"
if [ ! -e "$place/base/etc/debian_version" ] || [ -e "$place/base/debootstrap" ]; then
    echo "fresh: debootstrap of $release${MIRROR:+ from $MIRROR}" >&2
    rm -rf "$place/base"
    debootstrap --variant=minbase "$release" "$place/base" ${MIRROR:+"$MIRROR"} >&2
fi
if [ "$goal" != shell ]; then
    rm -rf "$place/root"
    cp -a "$place/base" "$place/root"
    # Downloads are kept for the next run; that is apt's own default, which minbase images may switch off.
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' >"$place/root/etc/apt/apt.conf.d/90keep"
    cp /etc/resolv.conf "$place/root/etc/resolv.conf"
    git clone -q --no-hardlinks "$top" "$place/root/root/nestor"
    git -C "$place/root/root/nestor" checkout -q --detach "$(git rev-parse HEAD)"
fi
echo "fresh: make $goal on Debian $(cat "$place/root/etc/debian_version") ($release), commit $(git rev-parse --short HEAD)" >&2
# The mounts end with the namespace and its processes, however this run ends.
exec unshare --mount --pid --fork --kill-child "$0" --inside "$place/root" "$place/packages" "$goal"
