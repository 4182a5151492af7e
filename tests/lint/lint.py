# SPDX-License-Identifier: BSD-2-Clause
"""What the lints share: finding files, reading C, and the frame of a lint.

A lint is a function check(root) that returns a list of findings ("file:line:
what is wrong"), and seeds: small trees, each with one mistake, in which it
must find it. main() makes two test cases of that: the tree is clean, and
every seed is found. With a folder as its argument a lint checks that one.
"""

import os
import re
import sys
import tempfile

# folders that a build or a version control system writes
SKIP_DIRS = {".git", "autom4te.cache", "build", "build-aux", "__pycache__",
             ".libs", ".deps"}


def root():
    if len(sys.argv) > 1:
        return sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("KLUIS_SRCDIR", os.path.dirname(os.path.dirname(here)))


def walk(top, below="", exts=None):
    """Paths relative to top of the files below it, sorted."""
    found = []
    for folder, dirs, files in os.walk(os.path.join(top, below)):
        dirs[:] = [d for d in dirs if d not in SKIP_DIRS
                   and not d.startswith("build-")]
        for name in files:
            if exts is None or name.endswith(tuple(exts)):
                path = os.path.join(folder, name)
                found.append(os.path.relpath(path, top))
    return sorted(found)


def read(top, path):
    with open(os.path.join(top, path), encoding="utf-8",
              errors="surrogateescape") as f:
        return f.read()


TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
                   re.S)


def strip(text):
    """C without comments and without what stands in quotes; lines stay."""
    def blank(m):
        t = m.group(0)
        if t[0] in "\"'":
            return t[0] + " " * (len(t) - 2) + t[0]
        return re.sub(r"[^\n]", " ", t)
    return TOKEN.sub(blank, text)


def strip_comments(text):
    """C without comments; lines stay."""
    def blank(m):
        t = m.group(0)
        return t if t[0] in "\"'" else re.sub(r"[^\n]", " ", t)
    return TOKEN.sub(blank, text)


def line_of(text, pos):
    return text.count("\n", 0, pos) + 1


def includes(text):
    """(line, spelling with its brackets) of each #include."""
    text = strip_comments(text)
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"]*[>"])', text, re.M):
        yield line_of(text, m.start()), m.group(1)


def plant(top, files):
    for path, text in files.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)


def missed(check, seeds):
    """The seeds in which check does not report what it must."""
    out = []
    for files, expect in seeds:
        with tempfile.TemporaryDirectory() as top:
            plant(top, files)
            findings = check(top)
        if expect is None and findings:
            out.append("clean tree reported: %s" % findings[0])
        elif expect is not None and not any(expect in f for f in findings):
            out.append("not found: %s (got %s)" % (expect, findings))
    return out


def case(number, what, problems):
    print("%s %d - %s" % ("not ok" if problems else "ok", number, what))
    for p in problems:
        print("# " + p.encode("ascii", "backslashreplace").decode())
    return bool(problems)


def main(check, what, seeds):
    print("1..2")
    failed = case(1, what, check(root()))
    failed |= case(2, what + ": planted mistakes are found", missed(check, seeds))
    sys.exit(1 if failed else 0)
