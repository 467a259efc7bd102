#!/usr/bin/env python3
"""Check a town's public journal at home: its chain, its tree, its signed heads, its proofs.

Python 3.9 or later, nothing else, and no word with the site: read it, it is short.

    python3 verifier.py journal.jsonl heads.json      everything that was published
    python3 verifier.py --proof proof.json            one proof, saved from the site
    … --key "NAME+12345678+BASE64"                    only believe this key, noted earlier
    … --noted head.json                               and find again a head noted earlier

`journal.jsonl` holds one line for each line of the journal: its number, its fingerprint in the
chain (hash), its leaf in the tree (leaf), and, where the act is public, all it says (line). For
the others the fingerprints alone are given: enough to see that they are never changed, nothing to
learn what they hold. Rules: RFC 6962 (the tree), RFC 8032 (Ed25519), c2sp.org/signed-note.
"""

import argparse
import base64
import hashlib
import json
import sys

START = "0" * 64  # what the first line has before it


# The tree (RFC 6962, 2.1).


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def grow(peaks, leaf):
    """Add a leaf to the tree held as its full subtrees [(size, hash), largest first].

    Returns those it completed, the leaf itself first.
    """
    made = [(1, leaf)]
    while peaks and peaks[-1][0] == made[-1][0]:
        size, left = peaks.pop()
        made.append((2 * size, node_hash(left, made[-1][1])))
    peaks.append(made[-1])
    return made


def root_of(peaks):
    """The fingerprint of the whole tree; that of nothing is the one of no bytes."""
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


def holds_inclusion(leaf, index, size, path, root):
    """Whether `leaf` is number `index` (from 0) of the `size` leaves under `root`."""
    if not 0 <= index < size:
        return False
    known, last = leaf, size - 1
    for other in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            known = node_hash(other, known)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            known = node_hash(known, other)
        index, last = index // 2, last // 2
    return last == 0 and known == root


def holds_consistency(old, new, old_root, new_root, path):
    """Whether the `new` leaves under `new_root` begin with the `old` ones under `old_root`."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    path = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not path:
        return False
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index // 2, last // 2
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            after = node_hash(after, other)
        index, last = index // 2, last // 2
    return last == 0 and before == old_root and after == new_root


# The signature (RFC 8032, 5.1.7), on the curve -x² + y² = 1 + dx²y²; slow and plain.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1


def _add(one, other):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number % 2:
            total = _add(total, point)
        point, number = _add(point, point), number // 2
    return total


def _point(data):
    """The point these 32 bytes stand for, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y % 2**255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, signature, message):
    """Whether the holder of this key signed this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, dot = _point(public), _point(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or dot is None or number >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(number, BASE)
    right = _add(dot, _times(int.from_bytes(digest, "little") % L, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# A head as a signed note: whose journal, how many lines, their root; then its day and last line.


def key_id(name, public):
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def key_text(name, public):
    """A key as one line to note on paper."""
    data = base64.b64encode(b"\1" + public).decode()
    return f"{name}+{key_id(name, public).hex()}+{data}"


def read_key(text):
    """The name and the 32 bytes of such a line; ValueError if it is none."""
    text = text.strip()
    name, number, rest = text[:-54], text[-53:-45], text[-44:]
    data = base64.b64decode(rest, validate=True)
    if len(data) != 33 or data[0] != 1 or key_id(name, data[1:]).hex() != number:
        raise ValueError("this is no key of a journal")
    return name, data[1:]


def head_text(name, count, root, day, chain):
    """What is signed; `root` is bytes, `chain` the last line's fingerprint in hexadecimal."""
    return f"{name}\n{count}\n{base64.b64encode(root).decode()}\nday {day}\nchain {chain}\n"


def note_of(text, name, public, signature):
    """The head with its signature under it."""
    seal = base64.b64encode(key_id(name, public) + signature).decode()
    return f"{text}\n\u2014 {name} {seal}\n"


def read_note(note, keys):
    """What a signed head says {count, root, day, chain}; ValueError unless one of `keys` signed."""
    text, _, seals = note.partition("\n\n")
    text += "\n"
    name, count, root, day, chain = text.splitlines()
    for line in seals.splitlines():
        data = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
        for known, public in keys:
            is_its = name == known and data[:4] == key_id(known, public)
            if is_its and is_signed(public, data[4:], text.encode()):
                return {
                    "count": int(count),
                    "root": base64.b64decode(root, validate=True),
                    "day": day.split(" ", 1)[1],
                    "chain": chain.split(" ", 1)[1],
                }
    raise ValueError("no known key signed it")


def check_head(head, keys):
    """What is wrong with a published head, in words; nothing when all is well."""
    try:
        told = read_note(head["note"], keys)
    except (ValueError, IndexError) as fault:
        return f"head of {head['day']}: the signature does not hold ({fault})"
    same = (head["day"], head["count"], head["root"], head["hash"])
    if same != (told["day"], told["count"], told["root"].hex(), told["chain"]):
        return f"head of {head['day']}: it says something else than what was signed"
    return ""


# Reading what was published.


def check_all(lines, heads, keys):
    """Every fault of a journal: `lines` as published, in order; `heads` the published ones."""
    waiting: dict[int, list[dict]] = {}
    for head in heads:
        if fault := check_head(head, keys):
            yield fault
        waiting.setdefault(head["count"], []).append(head)
    peaks: list[tuple[int, bytes]] = []
    number, previous = 0, START
    for line in lines:
        number += 1
        if line["id"] != number:
            yield f"line {number}: missing"
            return
        said = line.get("line")
        if said is not None:
            data = said.encode()
            if hashlib.sha256(data).hexdigest() != line["hash"]:
                yield f"line {number}: its fingerprint is not that of its words"
            if leaf_hash(data).hex() != line["leaf"]:
                yield f"line {number}: its leaf is not that of its words"
            told = json.loads(said)
            if told[0] != previous or told[1] != number:
                yield f"line {number}: it does not follow line {number - 1}"
        grow(peaks, bytes.fromhex(line["leaf"]))
        previous = line["hash"]
        for head in waiting.pop(number, ()):
            if root_of(peaks).hex() != head["root"]:
                yield f"head of {head['day']}: the tree of the lines has another root"
            if previous != head["hash"]:
                yield f"head of {head['day']}: line {number} has another fingerprint"
    for count, left in waiting.items():
        for head in left:
            yield f"head of {head['day']}: it stands over {count} lines, {number} were given"


def check_proof(proof, keys):
    """Every fault of one proof: of one line under a head, or of one head after another.

    A file that claims both is held to both, and has one path: it proves nothing.
    """
    path = [bytes.fromhex(one) for one in proof["path"]]
    for head in (proof["head"], proof.get("since")):
        if head and (fault := check_head(head, keys)):
            yield fault
    head, since = proof["head"], proof.get("since")
    root = bytes.fromhex(head["root"])
    if since:
        old = bytes.fromhex(since["root"])
        if not holds_consistency(since["count"], head["count"], old, root, path):
            yield f"the journal of {head['day']} does not begin with the one of {since['day']}"
        if not {"leaf", "line", "number"} & set(proof):
            return
    leaf, number = bytes.fromhex(proof["leaf"]), proof["number"]
    if not holds_inclusion(leaf, number - 1, head["count"], path, root):
        yield f"line {number} is not in the journal of {head['day']}"
    if proof.get("line") is not None and leaf_hash(proof["line"].encode()) != leaf:
        yield f"line {number}: its leaf is not that of its words"


def plain(words):
    """What a file says, without the signs by which a terminal would hide the rest."""
    return "".join(sign if sign.isprintable() else "?" for sign in words)


def main():
    ask = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ask.add_argument("lines", nargs="?", help="journal.jsonl")
    ask.add_argument("heads", nargs="?", help="heads.json")
    ask.add_argument("--proof", help="one proof, saved from the site as JSON")
    ask.add_argument("--key", action="append", default=[], help="only believe this key")
    ask.add_argument("--noted", action="append", default=[], help="a head noted earlier, as JSON")
    asked = ask.parse_args()
    if not (asked.proof or (asked.lines and asked.heads)):
        ask.error("give journal.jsonl and heads.json, or --proof proof.json")

    def read(file):
        with open(file, encoding="utf-8") as stream:
            return json.load(stream)

    published = read(asked.proof or asked.heads)
    keys = [read_key(text) for text in asked.key or published["keys"]]
    noted = [read(file) for file in asked.noted]
    if asked.proof:
        faults = list(check_proof(published, keys))
        head, since = published["head"], published.get("since")
        known = [head, since] if since else [head]
        told = f"line {published.get('number')} is in the journal of {head['day']}"
        if since:
            told = f"the journal of {head['day']} begins with the one of {since['day']}"
    else:
        known = published["heads"]
        with open(asked.lines, encoding="utf-8") as stream:
            lines = (json.loads(line) for line in stream if line.strip())
            faults = list(check_all(lines, known, keys))
            stream.seek(0)
            number = sum(1 for line in stream if line.strip())
        signed = max((head["count"] for head in known), default=0)
        told = f"{number} line(s), the first {signed} of them under {len(known)} signed head(s)"
    for head in noted:
        if head["note"] not in [one["note"] for one in known]:
            faults.append(f"the head of {head['day']} that was noted is not the published one")
    for fault in faults:
        print(plain(fault))
    if not faults:
        print(plain(f"All holds: {told}, key {keys[-1][0] if keys else 'none'}."))
    if not asked.key:
        print("The key came with the data: compare it with one noted elsewhere (--key).")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as fault:
        sys.exit(plain(f"A file cannot be read: {fault}"))
