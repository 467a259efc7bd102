"""The same bytes handed in while they are being swept: a row that is committed has its bytes."""

import pytest
import sqlalchemy as sa

from consult.core import files
from consult.core.db import db
from consult.core.files import StoredFile
from tests.crosswise import crosswise

BYTES = b"%PDF the same"


def kept(_number=None):
    return files.keep(BYTES, "a.pdf", "application/pdf")


def goes(number):
    if stored := db.session.get(StoredFile, number):
        files.let_go(stored)


def one_row():
    db.session.execute(sa.delete(StoredFile))
    stored = kept()
    db.session.commit()
    return stored.id


@pytest.mark.parametrize(("first", "second"), [(kept, goes), (goes, kept)])
def test_bytes_handed_in_while_the_same_go_are_there(app, noon, first, second):
    rounds = 0
    for met in crosswise(app, one_row, first, second, wanted="stored_file|advisory"):
        assert (met.first, met.second) == ("done", "done")
        with app.app_context():
            assert db.session.scalars(sa.select(StoredFile)).one().read() == BYTES
        rounds += 1
    assert rounds
