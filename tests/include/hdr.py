# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of include/ share: reading headers through the C compiler.

A header is asked questions: a C table with one question a line is compiled
behind it, lines that do not compile are taken out ("the header does not say"),
and the rest is run. So each header stands in a program of its own, and the
names of two PKCS#11 headers never meet.

The compiler is $CC or cc. main() prints one TAP case for each check.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile

CC = shlex.split(os.environ.get("CC") or "cc")
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = (os.environ.get("KLUIS_SRCDIR") or os.environ.get("srcdir")
       or os.path.dirname(os.path.dirname(HERE)))
DATA = os.path.join(TOP, "tests", "include")

PROGRAM = """#include <stddef.h>
#include <stdio.h>
%s
static const struct { const char *what; unsigned long is; } answers[] = {
#line 1 "questions"
%s
	{NULL, 0}
};
int
main(void)
{
	size_t i;

	for (i = 0; answers[i].what != NULL; i++)
		printf("%%s\\t%%lu\\n", answers[i].what, answers[i].is);
	return 0;
}
"""
SILENT = ["-w", "-fdiagnostics-color=never"]


def no_limit():
    """The option to report all errors, not the first ones."""
    done = subprocess.run(CC + ["--version"], capture_output=True, check=True)
    return ["-ferror-limit=0" if b"clang" in done.stdout else "-fmax-errors=0"]


class Skip(Exception):
    """The test cannot run here; the text says why."""


class Header:
    """A header by the line that includes it and the compiler's flags for it."""

    def __init__(self, include, flags):
        self.include = include
        self.flags = flags

    def run(self, options, text=None):
        """The compiler's result for this header followed by text."""
        text = self.include + "\n" if text is None else text
        return subprocess.run(CC + self.flags + options + ["-x", "c", "-"],
                              input=text, text=True, capture_output=True,
                              check=False)

    def preprocessed(self, options=("-E", "-P")):
        done = self.run(list(options))
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout

    def names(self):
        """The object-like macros of the header that begin like the standard's."""
        text = self.preprocessed(["-E", "-dM"])
        return sorted(re.findall(r"^#define (CK[A-Z]*_\w+) ", text, re.M))

    def ask(self, questions):
        """{what: answer} of [(what, expression)] that the header can answer."""
        lines = ['\t{"%s", (unsigned long)(%s)},' % q for q in questions]
        while True:
            text = PROGRAM % (self.include, "\n".join(lines))
            done = self.run(SILENT + no_limit() + ["-fsyntax-only"], text)
            if done.returncode == 0:
                return self.answers(text)
            bad = {int(n) - 1 for n in
                   re.findall(r"^questions:(\d+):\d+: (?:fatal )?error", done.stderr, re.M)}
            if not bad:
                raise AssertionError(done.stderr)
            lines = [q for n, q in enumerate(lines) if n not in bad]

    def answers(self, text):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "ask")
            done = self.run(SILENT + ["-o", program], text)
            if done.returncode != 0:
                raise AssertionError(done.stderr)
            out = subprocess.run([program], capture_output=True, text=True,
                                 check=True).stdout
        rows = (line.split("\t") for line in out.splitlines())
        return {what: int(value) for what, value in rows}

    def structures(self):
        """{structure: [(member, type with its array size)]} as written."""
        found = {}
        for name, body in re.findall(r"\bstruct\s+(CK_\w+)\s*\{([^{}]*)\}",
                                     self.preprocessed()):
            members = re.findall(r"(\w+(?:\s*\*)*)\s+(\w+)\s*(\[\w+\])?\s*;", body)
            found[name] = [(m, t + array) for t, m, array in members]
        return found

    def functions(self):
        """{function: [types of its arguments]} from the prototypes."""
        found = {}
        for name, args in re.findall(r"\bCK_RV\s+(C_\w+)\s*\(([^()]*)\)\s*;",
                                     self.preprocessed()):
            found[name] = [" ".join(a.split()[:-1]) for a in args.split(",")]
        return found


def ours():
    return Header('#include "pkcs11.h"', ["-I" + os.path.join(TOP, "include")])


def package(name, include):
    """The header of a package that pkg-config knows; Skip without it."""
    try:
        done = subprocess.run(["pkg-config", "--cflags", name],
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Skip("pkg-config is not installed") from None
    if done.returncode != 0:
        raise Skip("%s is not installed" % name)
    return Header(include, shlex.split(done.stdout))


def table(path):
    """The rows of a .tsv as dictionaries by the names in its first line."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"))) for line in lines[1:]]


def differences(got, want):
    """One line for each key that both have with different values."""
    return ["%s is %s here and %s there" % (k, got[k], want[k])
            for k in sorted(got) if k in want and got[k] != want[k]]


def verdict(check):
    """(TAP word, TAP directive, explanations) of one check."""
    try:
        problems = check()
    except Skip as why:
        return "ok", " # SKIP %s" % why, []
    return ("not ok" if problems else "ok"), "", problems


def main(checks):
    """checks: [(what, function that returns a list of problems)]."""
    verdicts = [(what, *verdict(check)) for what, check in checks]
    if all(directive for _, _, directive, _ in verdicts):
        print("SKIP: %s" % verdicts[0][2].removeprefix(" # SKIP "))
        sys.exit(77)
    print("1..%d" % len(checks))
    for number, (what, word, directive, problems) in enumerate(verdicts, 1):
        print("%s %d - %s%s" % (word, number, what, directive))
        for p in problems:
            print("# " + p.replace("\n", "\n# "))
    sys.exit(any(word == "not ok" for _, word, _, _ in verdicts))
