"""The tree of RFC 6962: known answers, a naive oracle, another implementation."""

from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consult.journal import merkle, verifier

# The leaves and roots by which certificate logs have been tested since 2013.
LEAVES = (
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def naive(entries):
    """The definition, word for word."""
    if len(entries) < 2:
        return sha256(b"\0" + entries[0] if entries else b"").digest()
    left = 1
    while 2 * left < len(entries):
        left *= 2
    return sha256(b"\1" + naive(entries[:left]) + naive(entries[left:])).digest()


def test_known_answers():
    leaves = [verifier.leaf_hash(bytes.fromhex(one)) for one in LEAVES]
    peaks = []
    for count, root in enumerate(ROOTS):
        assert merkle.root(merkle.over(leaves), count).hex() == root
        assert verifier.root_of(peaks).hex() == root
        if count < len(leaves):
            verifier.grow(peaks, leaves[count])


def test_known_proofs():
    """Inclusion of the first leaf, consistency from six to eight, as the vectors give them."""
    full = merkle.over([verifier.leaf_hash(bytes.fromhex(one)) for one in LEAVES])
    assert [one.hex() for one in merkle.inclusion(full, 0, 8)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [one.hex() for one in merkle.consistency(full, 6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


TREES = st.lists(st.binary(max_size=9), min_size=1, max_size=70)


@given(TREES, st.data())
def test_every_proof_holds_and_no_other(entries, data):
    leaves = [verifier.leaf_hash(one) for one in entries]
    full = merkle.over(leaves)
    count = data.draw(st.integers(1, len(leaves)), "lines")
    index = data.draw(st.integers(0, count - 1), "line")
    old = data.draw(st.integers(1, count), "lines before")
    root, before = merkle.root(full, count), merkle.root(full, old)
    assert root == naive(entries[:count])
    path = merkle.inclusion(full, index, count)
    since = merkle.consistency(full, old, count)
    assert verifier.holds_inclusion(leaves[index], index, count, path, root)
    assert verifier.holds_consistency(old, count, before, root, since)
    other = sha256(b"other").digest()
    assert not verifier.holds_inclusion(other, index, count, path, root)
    assert not verifier.holds_inclusion(leaves[index], index, count, [*path, other], root)
    assert not verifier.holds_inclusion(leaves[index], count, count, path, root)
    assert not verifier.holds_consistency(old, count, before, other, since)
    assert not verifier.holds_consistency(old, count, other, root, since)
    if path:
        place = data.draw(st.integers(0, len(path) - 1), "changed")
        changed = [*path[:place], other, *path[place + 1 :]]
        assert not verifier.holds_inclusion(leaves[index], index, count, changed, root)
    if since:
        assert not verifier.holds_consistency(old, count, before, root, since[:-1])


if find_spec("pymerkle"):  # GPL, so outside the list of packages: held where it is installed

    @given(TREES, st.data())
    def test_it_agrees_with_another_implementation(entries, data):
        tree = import_module("pymerkle").InmemoryTree(algorithm="sha256")
        for one in entries:
            tree.append_entry(one)
        full = merkle.over([verifier.leaf_hash(one) for one in entries])
        count = data.draw(st.integers(1, len(entries)), "lines")
        index = data.draw(st.integers(0, count - 1), "line")
        assert merkle.root(full, count) == tree.get_root(count)
        proof = tree.prove_inclusion(index + 1, count).path[1:]
        assert merkle.inclusion(full, index, count) == proof


def test_the_signature_of_the_standard():
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verifier.is_signed(public, signature, b"\x72")
    assert not verifier.is_signed(public, signature, b"\x73")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.integers(0, 511))
def test_plain_python_believes_the_signatures_of_cryptography_and_no_other(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verifier.is_signed(public, signature, message)
    assert not verifier.is_signed(public, signature, message + b"!")
    wrong = bytearray(signature)
    wrong[bit // 8] ^= 1 << bit % 8
    assert not verifier.is_signed(public, bytes(wrong), message)


def test_a_key_can_be_written_on_paper():
    public = bytes(range(32))
    text = verifier.key_text("ville.example/journal", public)
    assert verifier.read_key(f" {text}\n") == ("ville.example/journal", public)
    with pytest.raises(ValueError, match="no key"):
        verifier.read_key(text.replace("ville", "autre"))
