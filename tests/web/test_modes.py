"""Links that mark how a form came in: made by the office, for one desk and one way, and not to be guessed."""

from survey.web.modes import Mode, exit_code_for, mode_of, token_for

OLD, NEW = "o" * 40, "n" * 40


def test_a_token_stands_for_its_way_at_its_desk_only() -> None:
    token = token_for(Mode.KIOSK, "desk", NEW)
    assert mode_of(token, "desk", [NEW]) is Mode.KIOSK
    assert mode_of(token, "other", [NEW]) is Mode.SELF
    assert mode_of(token_for(Mode.ASSISTED, "desk", NEW), "desk", [NEW]) is Mode.ASSISTED
    for wrong in ("", "kiosk", token[:-1], token.upper(), token + "0", "ư" * 20):
        assert mode_of(wrong, "desk", [NEW]) is Mode.SELF


def test_links_outlive_a_change_of_the_secret() -> None:
    assert mode_of(token_for(Mode.KIOSK, "desk", OLD), "desk", [NEW, OLD]) is Mode.KIOSK
    assert mode_of(token_for(Mode.KIOSK, "desk", OLD), "desk", [NEW]) is Mode.SELF


def test_an_exit_code_is_six_digits_of_its_desk() -> None:
    codes = {exit_code_for(f"desk{i}", NEW) for i in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
