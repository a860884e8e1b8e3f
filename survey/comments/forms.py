"""The form under a comment."""

from wtforms import (
    BooleanField,
    Field,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

from survey.comments.triage import MAX_TAG_CHARS, MAX_TAGS, parse_tags
from survey.store.comments import Status
from survey.web.forms import ListedChoice, OfficeForm, PlainText, Required, lazy_gettext, refuse_more_than
from survey.web.templates import gettext as _

_MAX_NOTE = 1000


class MarkForm(OfficeForm):
    """Status, tags, a note, and whether the comment may be printed."""

    status = SelectField(
        lazy_gettext(lambda: _("Status")),
        choices=[SelectChoice(status.value) for status in Status],
        validators=[Required(), ListedChoice()],
    )
    tags = StringField(lazy_gettext(lambda: _("Tags")), validators=[PlainText(400)])
    note = TextAreaField(lazy_gettext(lambda: _("Note")))
    is_for_report = BooleanField(
        lazy_gettext(lambda: _("Print in the report: nobody can be recognised in it"))
    )

    def validate_tags(self, field: Field) -> None:
        """Refuse too many tags, and a tag that is too long."""
        tags = parse_tags(field.data or "")
        refuse_more_than(MAX_TAGS, len(tags), _("There are %(n)s tags; the most is %(most)s"))
        for tag in tags:
            if len(tag) > MAX_TAG_CHARS:
                message = _("The tag “%(tag)s…” is too long; the most is %(most)s characters")
                raise ValidationError(message % {"tag": tag[:20], "most": MAX_TAG_CHARS})

    def validate_note(self, field: Field) -> None:
        """Refuse a note that is too long."""
        message = _("The note has %(n)s characters; the most is %(most)s")
        refuse_more_than(_MAX_NOTE, len(field.data or ""), message)
