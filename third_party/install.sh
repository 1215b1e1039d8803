#!/bin/sh
# Installs the Debian packages that building, testing and showing Heddle needs (README.md says what each is for), and
# only those that are missing: with none missing it is done in a moment and changes nothing.
#
# usage: third_party/install.sh [--check] [--with fuzz|bench]
#   --check       only say what is missing; exit status 1 if anything is
#   --with fuzz   also what `make fuzz` needs, and nothing else does
#   --with bench  also what `make bench` compares with
# Runs as root, or asks sudo.
set -eu

packages="
  g++ make cmake ninja-build ccache
  libabsl-dev libprotobuf-dev protobuf-compiler libgrpc++-dev protobuf-compiler-grpc
  android-libboringssl-dev libuv1-dev librocksdb-dev libnghttp2-dev libc-ares-dev
  libyaml-cpp-dev nlohmann-json3-dev libcli11-dev catch2
  python3 python3-pytest python3-websockets python3-grpcio python3-protobuf python3-yaml
  curl nsd valgrind git groovy default-jre-headless
"

check=""
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    "--check "*) check=1 ;;
    "--with fuzz") packages="$packages clang libclang-rt-dev"; shift ;;
    "--with bench") packages="$packages haproxy nginx-light strace"; shift ;;
    *) echo "third_party/install.sh: unknown argument '$1'; usage: install.sh [--check] [--with fuzz|bench]" >&2; exit 64 ;;
  esac
  shift
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "third_party/install.sh: this is no Debian (12 or later): install the equivalents of:" $packages >&2
  exit 1
fi

# One query for all; what it does not list as installed is missing.
installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null |
  sed -n 's/^installed //p' | tr '\n' ' ') "
missing=""
for package in $packages; do
  case "$installed" in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
  esac
done

if [ -z "$missing" ]; then
  exit 0
fi
if [ -n "$check" ]; then
  echo "missing Debian packages:$missing"
  exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "third_party/install.sh: missing Debian packages:$missing" >&2
    echo "Run this as root, or install sudo." >&2
    exit 1
  fi
  as_root="sudo"
fi

echo "==> installing Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "third_party/install.sh: 'apt-get $1' failed; is the Debian archive reachable, and is this Debian 12?" >&2
    exit 1
  fi
}
# Tests and the bench start these themselves; as services they would take ports of this machine.
for service in nsd haproxy nginx; do
  case "$missing " in
    *" $service "* | *" $service-light "*)
      $as_root mkdir -p /etc/systemd/system
      $as_root ln -sf /dev/null "/etc/systemd/system/$service.service"
      ;;
  esac
done
run update
run install --yes --no-install-recommends $missing
echo "==> installed"
