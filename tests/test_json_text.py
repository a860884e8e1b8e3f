"""JSON is read with the places of keys that stand twice."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.json_text import RepeatedKeysError, parse_json

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_a_text_without_twins_is_read_as_ever(value: object) -> None:
    assert parse_json(json.dumps(value)) == value


@given(_json, st.text(max_size=5), st.sampled_from(["", "\n", " \n "]))
def test_a_key_that_stands_twice_is_named_with_both_places(value: object, key: str, space: str) -> None:
    name = json.dumps(key)
    text = f'[{json.dumps(value)},{space}{{{name}: {json.dumps(value)},{space}{name}: [1, "}}, {{"]}}]'
    with pytest.raises(RepeatedKeysError) as refused:
        parse_json(text)
    twin = refused.value.keys[-1]
    assert twin.path == (1, key)
    for position in (twin.first, twin.second):
        assert text.split("\n")[position.line - 1][position.column - 1 :].startswith(name)
    assert twin.first != twin.second


def test_the_places_are_in_the_message() -> None:
    with pytest.raises(
        RepeatedKeysError, match="the key 'a' stands twice, on line 1, column 2 and on line 2"
    ):
        parse_json('{"a": 1,\n "a": 2}')


def test_a_broken_text_is_broken_whatever_stands_twice_in_it() -> None:
    with pytest.raises(json.JSONDecodeError):
        parse_json('{"a": {"b": 1, "b": 2}, ')


def test_thousands_of_twins_are_named_up_to_a_limit_and_at_once() -> None:
    begun = time.process_time()
    with pytest.raises(RepeatedKeysError) as refused:
        parse_json("{" + ",".join(['"a": 1'] * 200_000) + "}")
    assert len(refused.value.keys) == 1000
    assert time.process_time() - begun < 20
