# What the scripts share. Sourced with `set -eu` in force; POSIX sh.

root=$(cd "$(dirname "$0")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

die() {
	say "${0##*/}: $*"
	exit 1
}

# Runs a command as root: directly, or through sudo where there is one.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		return 1
	fi
}

# Installs those of the named Debian packages that are missing.
install_packages() {
	missing=
	for package; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
			missing="$missing $package"
	done
	[ -z "$missing" ] && return 0
	command -v apt-get >/dev/null 2>&1 ||
		die "these packages are missing and there is no apt-get:$missing"
	say "installing:$missing"
	# shellcheck disable=SC2086 # a list of names
	{
		as_root apt-get update -qq &&
			as_root env DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends $missing >&2
	} || die "could not install:$missing (needs root or sudo, and a package mirror)"
}

# Python packages that tests compare us with, in an environment of their own: no other is touched.
python=$root/.build-python/bin/python3

# Installs those of the named packages that are missing there.
install_python_packages() {
	[ -x "$python" ] || python3 -m venv "${python%/bin/python3}" ||
		die "could not make a Python environment (needs python3-venv)"
	missing=
	for package; do
		"$python" -m pip show -q "$package" >/dev/null 2>&1 || missing="$missing $package"
	done
	[ -z "$missing" ] && return 0
	say "installing for Python:$missing"
	# shellcheck disable=SC2086 # a list of names
	"$python" -m pip install -q --disable-pip-version-check $missing >&2 ||
		die "could not install for Python:$missing (needs a package index)"
}

# The toolchain is the one prerequisite that is not installed here.
need_swift() {
	command -v swift >/dev/null 2>&1 || [ ! -x /opt/swift/usr/bin/swift ] ||
		PATH=/opt/swift/usr/bin:$PATH
	command -v swift >/dev/null 2>&1 ||
		die "no Swift toolchain: install Swift 6.2 or newer from swift.org and put swift on PATH"
	version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
	major=${version%%.*}
	minor=${version#*.}
	[ -n "$version" ] || die "cannot tell the version of $(command -v swift)"
	[ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 2 ]; } ||
		die "Swift $version is too old: 6.2 or newer is needed (found $(command -v swift))"
}

# Whether this process may load BPF programs and make network namespaces.
can_use_kernel() {
	[ "$(id -u)" = 0 ] && ip netns add "salc-probe-$$" 2>/dev/null &&
		ip netns delete "salc-probe-$$" 2>/dev/null
}
