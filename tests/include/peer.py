# SPDX-License-Identifier: BSD-2-Clause
"""Compares our pkcs11.h with another PKCS#11 header, question by question.

Whatever both headers know must be the same: constants, sizes of structures,
place and width of each member, and the types of the functions. A difference
that is meant is listed by the caller with its reason, and must really be one.
"""

import hdr

# macros of ours that are no values
NOT_VALUES = {"CK_PTR"}


def value_questions(header):
    return [(n, n) for n in header.names() if n not in NOT_VALUES]


def layout_questions(header):
    out = []
    for name, members in header.structures().items():
        out.append(("size of " + name, "sizeof(%s)" % name))
        for member, _ in members:
            out.append(("place of %s.%s" % (name, member),
                        "offsetof(%s, %s)" % (name, member)))
            out.append(("width of %s.%s" % (name, member),
                        "sizeof(((%s *)0)->%s)" % (name, member)))
    return out


def type_questions(header):
    """Is the function, and the type that points to it, of our type?"""
    same = "__builtin_types_compatible_p(__typeof__(%s), CK_RV (*)(%s))"
    out = []
    for name, args in header.functions().items():
        out.append((name, same % ("&" + name, ", ".join(args))))
        out.append(("CK_" + name, same % ("(CK_%s)0" % name, ", ".join(args))))
    return out


class Peer:
    """minimum: how many answers in common the comparison needs to mean anything.

    accepted: {answer: reason}, answers that differ and members that are named
    otherwise; foreign: a function that says whether a name of the other
    header, unknown to ours, is none of the standard's.
    """

    def __init__(self, open_header, minimum, accepted, foreign):
        self.open_header = open_header
        self.minimum = minimum
        self.accepted = accepted
        self.foreign = foreign

    def compare(self, questions, kind):
        mine = hdr.ours().ask(questions)
        out = ["ours does not say " + q for q, _ in questions if q not in mine]
        theirs = self.open_header().ask(questions)
        common = [k for k in mine if k in theirs]
        if len(common) < self.minimum[kind]:
            out.append("only %d answers in common" % len(common))
        for line in hdr.differences(mine, theirs):
            if line.split(" is ")[0] not in self.accepted:
                out.append(line)
        return out + self.not_different(mine, theirs)

    def not_different(self, mine, theirs):
        return ["%s is listed as different and is the same" % k
                for k in self.accepted
                if k in mine and k in theirs and mine[k] == theirs[k]]

    def values(self):
        return self.compare(value_questions(hdr.ours()), "values")

    def types(self):
        return self.compare(type_questions(hdr.ours()), "types")

    def layout(self):
        questions = layout_questions(hdr.ours())
        out = self.compare(questions, "layout")
        theirs = self.open_header().ask(questions)
        for what, _ in questions:
            structure = what.split(" of ")[1].split(".")[0]
            if ("size of " + structure in theirs and what not in theirs
                    and what not in self.accepted):
                out.append("no %s there" % what)
        return out

    def unknown(self):
        known = set(hdr.ours().names())
        return ["%s is unknown to ours" % n for n in self.open_header().names()
                if n not in known and not self.foreign(n)]

    def main(self, name):
        hdr.main([
            ("constants are those of " + name, self.values),
            ("structures are laid out as those of " + name, self.layout),
            ("functions have the types of " + name, self.types),
            ("no constant of %s is missing" % name, self.unknown),
        ])
