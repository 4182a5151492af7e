# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What quickstart and check share: steps that show their progress, packages,
# the build. The caller has set root (the source tree) and steps (how many).

BUILD_PACKAGES="gcc make autoconf automake libtool pkg-config libc6-dev
    libssl-dev libsqlite3-dev libjansson-dev libp11-kit-dev"

step_number=0
step_start=$SECONDS

# step TEXT: the next step begins.
step()
{
	step_number=$((step_number + 1))
	step_start=$SECONDS
	printf '[%d/%d] %s ...\n' "$step_number" "$steps" "$1"
}

# note TEXT: a line that belongs to the step.
note()
{
	printf '      %s\n' "$1"
}

# show LOG: what a failed step said, its first errors and its end.
show()
{
	echo "$1 says:" >&2
	{
		grep -E 'error|undefined|No rule|not found' "$1" | head -n 15
		echo ...
		tail -n 15 "$1"
	} | sed 's/^/    /' >&2
}

# quietly LOG COMMAND...: runs it with its output in a file, which is shown
# when it fails.
quietly()
{
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" </dev/null >"$log" 2>&1 && return 0
	echo "failed: $*" >&2
	show "$log"
	return 1
}

# missing_packages NAME...: those of them that are not installed.
missing_packages()
{
	local name
	for name; do
		case $(dpkg-query -W -f='${Status}' "$name" 2>/dev/null) in
		"install ok installed") ;;
		*) printf '%s\n' "$name" ;;
		esac
	done
}

# install_packages LOG NAME...: installs what is missing; no network is
# touched when nothing is.
install_packages()
{
	local log=$1 missing sudo=
	shift
	missing=$(missing_packages "$@" | tr '\n' ' ')
	if [ -z "$missing" ]; then
		note "nothing is missing"
		return 0
	fi
	note "missing: $missing"
	if [ "$(id -u)" -ne 0 ]; then
		sudo=sudo
		if ! command -v sudo >/dev/null; then
			echo "run this as root, or install sudo" >&2
			return 1
		fi
	fi
	quietly "$log" $sudo apt-get -q update || return 1
	# shellcheck disable=SC2086
	quietly "$log" $sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get -q -y --no-install-recommends install $missing
}

# configured DIR LOG FLAGS...: makes DIR a configured build tree, or leaves it
# when it is one with these flags and this configure.ac (whose flags no object
# depends on in the eyes of make).
configured()
{
	local dir=$1 log=$2 flags
	shift 2
	if [ ! -x "$root/configure" ] || [ ! -f "$root/Makefile.in" ] ||
	    [ "$root/configure.ac" -nt "$root/configure" ]; then
		quietly "$log" autoreconf -fi "$root" || return 1
	fi
	flags="$* $(sha256sum <"$root/configure.ac")"
	if [ -f "$dir/Makefile" ] && [ "$(cat "$dir/.flags" 2>/dev/null)" = "$flags" ]
	then
		return 0
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && quietly "$log" "$root/configure" "$@") || return 1
	printf '%s' "$flags" >"$dir/.flags"
}
