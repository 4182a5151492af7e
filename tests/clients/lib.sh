# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the tests with real programs share. A test sources this file, says what
# it needs, makes its token and ends with `done_testing`. Output is TAP.
#
# Every test has a store of its own with a cheap PIN derivation, and a home of
# its own. What the programs print goes to a file and is shown when a step
# fails. Their results are checked by programs that do not use the module.

set -u

MODULE=${KLUIS_MODULE:?}
PIN=user-pin
SO_PIN=so-pin-1234
LABEL=client
URI="pkcs11:token=$LABEL"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/kluis-client.XXXXXX") || exit 1
number=0
failures=0

cleanup()
{
	local pid
	for pid in ${PIDS-}; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
PIDS=

cd "$WORK" || exit 1
mkdir store home
touch store/kluis-test-store
echo "pin-cost = test" >kluis.conf
export KLUIS_STORE=$WORK/store KLUIS_CONF=$WORK/kluis.conf HOME=$WORK/home
export KLUIS_LOG=error:file:$WORK/kluis.log
# AddressSanitizer: the programs leak and use what they freed; what is checked
# in the C library's functions does not stop them, and done_testing looks
# whether the module had a part in it. In the module itself everything stops.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0:halt_on_error=0
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0:log_path=$WORK/asan
export ASAN_OPTIONS
unset OPENSSL_CONF P11_KIT_STRICT

# skip_all REASON: nothing of this test can run here.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# pkcs11-tool, OpenSC's and others use what they freed: under AddressSanitizer
# they stop by their own faults. The module itself is tested so by the rest.
if [ -n "${KLUIS_PRELOAD-}" ]; then
	skip_all "the programs have faults that a sanitizer stops them for"
fi

# need PROGRAM...: or the test is skipped.
need()
{
	local program
	for program; do
		command -v "$program" >/dev/null ||
			skip_all "$program is not installed"
	done
}

# p COMMAND...: runs a program that loads the module, for two minutes at most.
p()
{
	env ${KLUIS_PRELOAD:+LD_PRELOAD="$KLUIS_PRELOAD"} timeout -k 5 120 "$@"
}

# start LOG PORT COMMAND...: a server that loads the module; true when it
# listens. SERVER is its process.
start()
{
	local log=$1 port=$2
	shift 2
	env ${KLUIS_PRELOAD:+LD_PRELOAD="$KLUIS_PRELOAD"} timeout -k 5 120 \
	    "$@" >"$log" 2>&1 </dev/null &
	SERVER=$!
	PIDS="$PIDS $SERVER"
	wait_for bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
}

result()
{
	local good=$1
	shift
	number=$((number + 1))
	if [ "$good" -eq 0 ]; then
		echo "ok $number - ${0##*/}: $*"
	else
		failures=$((failures + 1))
		sed 's/^/#   /' out | tail -n 25
		[ -s kluis.log ] && tail -n 5 kluis.log | sed 's/^/#   log: /'
		echo "not ok $number - ${0##*/}: $*"
	fi
	: >kluis.log
}

# skip WHAT REASON: one step that cannot run here.
skip()
{
	number=$((number + 1))
	echo "ok $number - ${0##*/}: $1 # SKIP $2"
}

# ok WHAT COMMAND...: the command must succeed.
ok()
{
	local what=$1
	shift
	"$@" >out 2>&1 </dev/null
	result $? "$what"
}

# fails WHAT COMMAND...: the command must fail, by its own decision.
fails()
{
	local what=$1 status
	shift
	"$@" >out 2>&1 </dev/null
	status=$?
	[ "$status" -ne 0 ] && [ "$status" -lt 124 ]
	result $? "$what"
}

# says TEXT WHAT COMMAND...: it must succeed and print the text (a regular
# expression).
says()
{
	local text=$1 what=$2
	shift 2
	"$@" >out 2>&1 </dev/null && grep -qE -- "$text" out
	result $? "$what"
}

# token: makes the test's token with pkcs11-tool.
token()
{
	need pkcs11-tool openssl
	p pkcs11-tool --module "$MODULE" --init-token --slot 0 \
	    --label "$LABEL" --so-pin "$SO_PIN" >out 2>&1 &&
	    p pkcs11-tool --module "$MODULE" --init-pin --login \
	    --login-type so --so-pin "$SO_PIN" --new-pin "$PIN" >>out 2>&1
	result $? "a token"
}

# tool ARGUMENTS...: pkcs11-tool with the user logged in.
tool()
{
	p pkcs11-tool --module "$MODULE" --token-label "$LABEL" --login \
	    --pin "$PIN" "$@"
}

# wait_for COMMAND...: until it succeeds, at most ten seconds.
wait_for()
{
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

# free_port: the number of a port of the loopback that nobody uses.
free_port()
{
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

done_testing()
{
	if [ -n "${KLUIS_PRELOAD-}" ]; then
		cat asan.* 2>/dev/null >asan
		grep -A40 "ERROR: Add" asan | grep "kluis-pkcs11" >out
		[ ! -s out ]
		result $? "AddressSanitizer does not name the module"
	fi
	echo "1..$number"
	[ "$failures" -eq 0 ]
	exit
}
