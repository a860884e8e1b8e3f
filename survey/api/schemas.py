"""The shape of every answer, as JSON Schema: closed objects whose members are always there."""

from collections.abc import Mapping

from survey.json_value import JsonObject
from survey.reports import codebook
from survey.reports.files import json as result_file
from survey.results.campaign import VIEWS
from survey.results.cautions import Caution
from survey.scorecards.results import OTHER_PERIOD
from survey.scoring.reliability import MIN_REPORTED
from survey.scoring.verdict import Verdict
from survey.web.locale import LANGUAGES

Schema = JsonObject

TEXT: Schema = {"type": "string"}
TIME: JsonObject = {"type": "string", "format": "date-time"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
YES_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
LINK: Schema = {"type": "string", "format": "uri-reference"}
DOCUMENT: Schema = {"type": "object"}


def maybe(schema: Schema) -> Schema:
    """The schema, or null where a value is undefined, unknown or withheld."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": schema}


def map_of(schema: Schema) -> Schema:
    """Such values by their keys."""
    return {"type": "object", "additionalProperties": schema}


def members(description: str = "", /, **properties: Schema) -> Schema:
    """An object with exactly these members."""
    named = {"description": description} if description else {}
    return {
        "type": "object",
        **named,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> Schema:
    """The schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


LIMITS = maybe({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2})
TEXTS: Schema = {**map_of(TEXT), "description": "The text by language."}
CODES: Schema = {"type": "string", "enum": [verdict.value for verdict in Verdict]}

_PROBLEM = members(
    "Why there is no answer (RFC 9457).",
    type={**TEXT, "description": "Which kind of problem it is, for programs."},
    status=WHOLE,
    title=TEXT,
    detail={**TEXT, "description": "What was found, and what to do."},
)

_CAMPAIGN = members(
    key=TEXT,
    name=TEXT,
    opens_on=DAY,
    closes_on=DAY,
    state={"type": "string", "enum": ["planned", "open", "closed"]},
    is_demo=YES_NO,
    is_published=YES_NO,
    forms={**WHOLE, "description": "Forms that came in and were not withdrawn."},
    instrument_digest={**TEXT, "description": "SHA-256 of the questionnaire's version."},
    links=members(results=LINK, certificate=LINK, codebook=LINK, responses=LINK),
)

_FORMS_NEEDED = members(
    more=WHOLE,
    total=WHOLE,
    by_stratum=map_of(WHOLE),
    can_decide=YES_NO,
    distance=NUMBER,
    half_width=maybe(NUMBER),
    of_absent=map_of(WHOLE),
)
_CRITERION_SCORE = members(
    ratio=maybe(NUMBER),
    points=maybe(NUMBER),
    se_points=maybe(NUMBER),
    ci=LIMITS,
    n_valid=WHOLE,
    max=NUMBER,
    section=TEXT,
    design_effect=maybe(NUMBER),
)
_SECTION_SCORE = members(
    score=maybe(NUMBER),
    se=maybe(NUMBER),
    max=NUMBER,
    scored_max=NUMBER,
    df=maybe(NUMBER),
    ci=LIMITS,
    ci95_t=LIMITS,
    ci95_logit_t=LIMITS,
)
_SCORE = {
    **members(
        "A score with its interval; `p_ge_…_t` once more under the target's lower edge.",
        score=maybe(NUMBER),
        se=maybe(NUMBER),
        df=maybe(NUMBER),
        df_satterthwaite=maybe(NUMBER),
        max=NUMBER,
        ci=LIMITS,
        ci_t=LIMITS,
        ci_logit_t=LIMITS,
        interval=TEXT,
        verdict=CODES,
        withheld_because=list_of(TEXT),
        reading=maybe(TEXT),
        provisional=YES_NO,
        scored_max=NUMBER,
        unscored=list_of(TEXT),
        absent_groups=list_of(TEXT),
        p_ge_low=maybe(NUMBER),
        p_ge_low_t=maybe(NUMBER),
        n_respondents=WHOLE,
        sum_weights=NUMBER,
        design_effect=maybe(NUMBER),
        effective_respondents=maybe(NUMBER),
        forms_needed=maybe(_FORMS_NEEDED),
        criteria=map_of(_CRITERION_SCORE),
        sections=map_of(_SECTION_SCORE),
    ),
    "patternProperties": {"^p_ge_[0-9.]+_t$": maybe(NUMBER)},
}
_PART = members(
    "A part of the respondents; its score is null where it is too small to show.",
    key=TEXT,
    label=TEXTS,
    n=WHOLE,
    score=maybe(ref("Score")),
    as_of=maybe(TIME),
)
_TABLE = members(
    "A table as it is printed, its numbers in full.",
    key=TEXT,
    title=TEXT,
    columns=list_of(members(key=TEXT, label=TEXT, kind=TEXT)),
    keys=list_of(TEXT),
    rows=list_of(list_of({"type": ["string", "number", "null"]})),
    notes=list_of(TEXT),
)
_SATISFIED = members(
    "Satisfied answers with 95% limits (Wilson); shares are 0..1.",
    n_satisfied=WHOLE,
    n_valid=WHOLE,
    share=maybe(NUMBER),
    low=maybe(NUMBER),
    high=maybe(NUMBER),
)
_QUALITY = members(
    "How well the scored criteria measure; null where too few people rated them.",
    alpha=maybe(
        members(
            f"Cronbach's alpha; null, as the correlations are, with fewer than {MIN_REPORTED} people.",
            value=NUMBER,
            low=NUMBER,
            high=NUMBER,
            n=WHOLE,
            n_criteria=WHOLE,
        )
    ),
    satisfied=_SATISFIED,
    criteria=map_of(members(item_rest=maybe(NUMBER), satisfied=maybe(_SATISFIED))),
)
_RESULTS = members(
    format={"const": result_file.FORMAT},
    format_version={"const": result_file.VERSION},
    language=TEXT,
    campaign=members(
        key=TEXT,
        name=TEXT,
        opens_on=DAY,
        closes_on=DAY,
        is_demo=YES_NO,
        instrument_digest=TEXT,
        public_page=maybe(LINK),
    ),
    digest={**TEXT, "description": "Names this result: the same forms under the same rules have the same."},
    computed_at=TIME,
    summary=list_of(TEXT),
    cautions=list_of(members(key={"type": "string", "enum": list(Caution)}, text=TEXT)),
    score=ref("Score"),
    satisfied_rate=maybe(NUMBER),
    forms=members(
        valid=WHOLE,
        incomplete=WHOLE,
        withdrawn=WHOLE,
        declined=WHOLE,
        issued=maybe(WHOLE),
        saved=WHOLE,
        returned=WHOLE,
        rates=members(
            rr1=maybe(NUMBER), rr2=maybe(NUMBER), rr5=maybe(NUMBER), coop1=maybe(NUMBER), ref1=maybe(NUMBER)
        ),
        rate_limits=members(
            "The 95% interval of each rate (Wilson).",
            rr1=LIMITS,
            rr2=LIMITS,
            rr5=LIMITS,
            coop1=LIMITS,
            ref1=LIMITS,
        ),
    ),
    watched_interval={**LIMITS, "description": "Holds at every look while forms come in; null afterwards."},
    quality=maybe(_QUALITY),
    populations=map_of(WHOLE),
    populations_ignored=YES_NO,
    **{name: list_of(ref("Part")) for name in VIEWS.values()},
    modes=map_of(WHOLE),
    channels=list_of(members(key=TEXT, label=TEXTS, n=WHOLE)),
    languages=map_of(WHOLE),
    answers=list_of(
        members(
            criterion=TEXT,
            counts=map_of(WHOLE),
            n_valid=WHOLE,
            satisfied_share=maybe(NUMBER),
            not_applicable=WHOLE,
            blank=WHOLE,
            not_asked=WHOLE,
        )
    ),
    comments=list_of(TEXT),
    tables=list_of(ref("Table")),
    questionnaire={**DOCUMENT, "description": "The document the version's digest is taken over."},
)

_CERTIFICATE = members(
    "Everything needed to recompute the score: `flask survey verify FILE`.",
    format=TEXT,
    version=WHOLE,
    campaign=members(key=TEXT, name=TEXT, opens_on=DAY, closes_on=DAY, is_demo=YES_NO),
    issued_on=DAY,
    instrument=members(key=TEXT, version=WHOLE, digest=TEXT, document=DOCUMENT),
    design=members(interval=TEXT, populations=map_of(WHOLE)),
    responses=members(n=WHOLE, leaf=TEXT, root=TEXT, leaves=list_of(TEXT)),
    sums=members(strata=list_of(DOCUMENT), cells=list_of(DOCUMENT)),
    cautions=list_of({"type": "string", "enum": list(Caution)}),
    result=DOCUMENT,
    digest=TEXT,
)

_VARIABLE = members(
    name=TEXT,
    label=TEXTS,
    kind={"type": "string", "enum": ["code", "text", "day", "number"]},
    codes=list_of(members(value=WHOLE, key=TEXT, label=TEXTS, is_missing=YES_NO)),
)
_ROW: Schema = {
    "type": "object",
    "description": "One form: a member for each variable of the codebook. "
    f"{codebook.NOT_APPLICABLE} is not applicable, {codebook.NOT_ASKED} not asked, "
    f"{codebook.BLANK} left blank.",
    "properties": {
        codebook.VALID: {"enum": [0, 1]},
        codebook.DESK: WHOLE,
        codebook.UNIT: {**WHOLE, "description": "Only where a desk of the campaign has a unit."},
        codebook.DAY: {**maybe(DAY), "description": "Null where a desk had too few forms that day."},
        codebook.LANGUAGE: TEXT,
        codebook.MODE: TEXT,
        codebook.WEIGHT: {**maybe(NUMBER), "description": "People a valid form stands for, where known."},
    },
    "required": [
        codebook.VALID,
        codebook.DESK,
        codebook.DAY,
        codebook.LANGUAGE,
        codebook.MODE,
        codebook.WEIGHT,
    ],
    "additionalProperties": WHOLE,
}

_UNIT = members(id=WHOLE, **dict.fromkeys(LANGUAGES, TEXT))
_POINTS: Mapping[str, Schema] = {
    "points": maybe(NUMBER),
    "max_scored": NUMBER,
    "total": NUMBER,
    "provisional": YES_NO,
}
_INDICATOR = members(
    value=maybe({"type": ["number", "boolean"]}),
    points=maybe(NUMBER),
    max_points=NUMBER,
    state={"type": "string", "enum": ["scored", "missing", "no_case", "no_target"]},
    interval=LIMITS,
    wilson=LIMITS,
)
_CARD_CAUTIONS = list_of({"type": "string", "enum": [*Caution, OTHER_PERIOD]})
_RANK = members(value=maybe(WHOLE), max_rank=WHOLE, of=WHOLE)
_MEMBERS_OF_SCORECARD: Mapping[str, Schema] = {
    "unit": _UNIT,
    "period": {**TEXT, "description": "A year, quarter or month: 2026, 2026-Q3, 2026-09."},
    "definition": members(key=TEXT, version=WHOLE, digest=TEXT, decision=maybe(TEXT)),
    "is_demo": YES_NO,
    "is_internal_estimate": {"const": True},
    "campaign": {**maybe(TEXT), "description": "The campaign the satisfaction points come from."},
    "cautions": {**_CARD_CAUTIONS, "description": "What limits the satisfaction points."},
    "computed_on": DAY,
    "missing": list_of(TEXT),
    "waiting": list_of(TEXT),
    "approved": list_of(TEXT),
    **_POINTS,
    "interval": LIMITS,
    "components_at_max": WHOLE,
    "components": map_of(
        members(
            points=maybe(NUMBER),
            max_scored=NUMBER,
            max_points=NUMBER,
            interval=LIMITS,
            indicators=map_of(_INDICATOR),
        )
    ),
}
_SCORECARD: Schema = {
    **members(**_MEMBERS_OF_SCORECARD),
    "properties": {**_MEMBERS_OF_SCORECARD, "rank": _RANK},  # of scorecards with a target for the rank
}

SCHEMAS: Mapping[str, Schema] = {
    "Problem": _PROBLEM,
    "Description": {**DOCUMENT, "description": "OpenAPI 3.1."},
    "Campaigns": members(campaigns=list_of(ref("Campaign"))),
    "Campaign": _CAMPAIGN,
    "Results": _RESULTS,
    "Score": _SCORE,
    "Part": _PART,
    "Table": _TABLE,
    "Certificate": _CERTIFICATE,
    "Codebook": members(campaign=TEXT, variables=list_of(ref("Variable"))),
    "Variable": _VARIABLE,
    "Responses": members(
        campaign=TEXT,
        forms={**WHOLE, "description": "All forms at the moment of this page."},
        rows=list_of(ref("Row")),
        next={**maybe(LINK), "description": "The next page; null on the last."},
    ),
    "Row": _ROW,
    "Scorecards": members(
        scorecards=list_of(
            members(
                id=WHOLE,
                unit=_UNIT,
                period=TEXT,
                **_POINTS,
                is_demo=YES_NO,
                cautions=_CARD_CAUTIONS,
                link=LINK,
            )
        )
    ),
    "Scorecard": _SCORECARD,
}
