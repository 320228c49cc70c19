"""Route templates mean what they mean to ASP.NET, and names decide who is asked first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.routing import Route, RouteTable, Template, TemplateError

WORD = st.text(alphabet="abcXYZ019-_.", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("", "", {}),
        ("any", "ANY", {}),
        ("any", "any/", {}),
        ("any", "any/more", None),
        ("a/{x}", "a/b", {"x": "b"}),
        ("a/{x}", "a/", None),
        ("a/{x}", "a", None),
        ("a/{x}", "a//b", None),
        ("{Id}", "AbC", {"Id": "AbC"}),
        ("o/{id?}", "o", {}),
        ("o/{id?}", "o/", {}),
        ("o/{id?}", "o/7", {"id": "7"}),
        ("o/{id=5}", "o", {"id": "5"}),
        ("o/{id:int=5}", "o/6", {"id": "6"}),
        ("o/{a?}/{b?}", "o/1", {"a": "1"}),
        ("o/{a?}/{b?}", "o/1/2", {"a": "1", "b": "2"}),
        ("o/{a?}/z", "o/z", None),
        ("t/{*rest}", "t", {}),
        ("t/{*rest}", "t/a/b%2Fc", {"rest": "a/b%2Fc"}),
        ("t/{**rest}", "t/a", {"rest": "a"}),
        ("{*rest}", "", {}),
        ("{*rest}", "x/y", {"rest": "x/y"}),
        ("f/{name}.{ext}", "f/x.y.z", {"name": "x.y", "ext": "z"}),
        ("f/v{n:int}", "f/v12", {"n": "12"}),
        ("f/v{n:int}", "f/vx", None),
        ("l/{{x}}", "l/{x}", {}),
        ("r/{x:regex(^\\d{{3}}$)}", "r/123", {"x": "123"}),
        ("r/{x:regex(^\\d{{3}}$)}", "r/1234", None),
    ],
)
def test_a_template_matches_as_in_asp_net(
    template: str, path: str, params: dict[str, str] | None
) -> None:
    assert Template(template).match(path) == params


@pytest.mark.parametrize(
    ("constraint", "fits", "does_not"),
    [
        ("int", ["7", "-7", "+7", "2147483647"], ["x", "2147483648", "1.5", "٣"]),
        ("long", ["2147483648", "-9223372036854775808"], ["9223372036854775808"]),
        ("bool", ["true", "FALSE"], ["1", "yes"]),
        ("guid", ["6F9619FF-8B86-D011-B42D-00C04FC964FF"], ["x", "6F9619FF"]),
        ("datetime", ["2026-11-24", "2026-11-24T10:00:00"], ["soon"]),
        ("decimal", ["1.5", "-2", ".5"], ["x", "1.5.5"]),
        ("double", ["1e5"], ["e"]),
        ("alpha", ["abc"], ["a1"]),
        ("minlength(2)", ["ab"], ["a"]),
        ("maxlength(2)", ["ab"], ["abc"]),
        ("length(2)", ["ab"], ["a", "abc"]),
        ("length(2,3)", ["ab", "abc"], ["a", "abcd"]),
        ("min(3)", ["3", "9"], ["2", "x"]),
        ("max(3)", ["3", "-9"], ["4"]),
        ("range(1,10)", ["1", "10"], ["0", "11", "x"]),
        ("required", ["x"], []),
        ("int:min(3)", ["3"], ["2"]),
        ("regex(^a|b$)", ["ax", "xb"], ["xax"]),
    ],
)
def test_a_constraint_decides_what_fits(
    constraint: str, fits: list[str], does_not: list[str]
) -> None:
    template = Template(f"c/{{x:{constraint}}}")
    assert [text for text in fits if template.match(f"c/{text}") is None] == []
    assert [text for text in does_not if template.match(f"c/{text}") is not None] == []


@pytest.mark.parametrize(
    "template",
    [
        "{x",
        "x}",
        "{}",
        "{x}/{X}",
        "{*rest}/more",
        "a{*rest}",
        "{x:nonsense}",
        "{x:range(1)}",
        "{x:range(a,b)}",
        "{x:regex([)}",
        "a//b",
        "a?",
        "{a/b}",
        "{x:int(3)}",
        "{***x}",
    ],
)
def test_a_malformed_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        Template(template)


def test_the_alphabet_decides_and_not_how_narrow_a_template_is() -> None:
    table = RouteTable([Route("a_lit", "a/b"), Route("A_param", "a/{x}"), Route("Z", "{*rest}")])
    assert [route.name for route in table.routes] == ["a_lit", "A_param", "Z"]
    assert _answers(table, "GET", "a/b") == "a_lit"
    table = RouteTable([Route("lit", "a/b"), Route("a_param", "a/{x}")])
    assert _answers(table, "GET", "a/b") == "a_param"


def test_a_method_that_does_not_fit_lets_the_next_function_answer() -> None:
    get, post = (Route(name, "verb", frozenset({name})) for name in ("GET", "POST"))
    table = RouteTable([get, post, Route("z", "other")])
    assert _answers(table, "POST", "verb") == "POST"
    assert _answers(table, "PUT", "verb") is None
    assert _answers(table, "BREW", "other") == "z"


@given(st.lists(WORD, min_size=1, max_size=4))
def test_a_literal_template_matches_itself_in_any_case(words: list[str]) -> None:
    template = Template("/".join(words))
    assert template.match("/".join(words).upper()) == {}
    assert template.match("/".join([*words, "more"])) is None


@given(st.lists(st.tuples(WORD, st.booleans()), min_size=1, max_size=5))
def test_parameters_take_exactly_their_segments(parts: list[tuple[str, bool]]) -> None:
    names = [f"p{i}" for i, (_, is_param) in enumerate(parts) if is_param]
    template = "/".join(f"{{p{i}}}" if p else word for i, (word, p) in enumerate(parts))
    found = Template(template).match("/".join(word for word, _ in parts))
    assert found == dict(zip(names, [word for word, is_param in parts if is_param], strict=True))


@given(st.text(alphabet="ab/{}*?:=.(),", max_size=12), st.text(alphabet="ab/.", max_size=8))
def test_any_text_is_a_template_or_refused(template: str, path: str) -> None:
    try:
        compiled = Template(template)
    except TemplateError:
        return
    params = compiled.match(path)
    assert params is None or all(re.fullmatch("[^{}]+", name) for name in params)


def _answers(table: RouteTable, method: str, path: str) -> str | None:
    match = table.match(method, path)
    return match.route.name if match else None
