"""What comes into memory at its first use: whole, even for two who use it at once."""

from threading import Thread

from consult.core.later import Later

SLOW = """
import time
time.sleep(0.3)
answer = 42
"""


def test_two_who_use_it_first_at_once_both_find_it_whole(tmp_path, monkeypatch):
    (tmp_path / "slow_to_come.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    slow = Later("slow_to_come")
    found = []
    threads = [Thread(target=lambda: found.append(slow.answer)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [42] * 4
