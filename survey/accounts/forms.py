"""The forms of signing in and of managing officials, tokens and units."""

from wtforms import (
    DateField,
    Field,
    FileField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import Optional

from survey.accounts.officials import PersonNames, is_sign_in_name
from survey.accounts.tokens import DAYS_OFFERED
from survey.mail_server import is_address
from survey.store.people import Role
from survey.store.units import UnitKind
from survey.web.forms import (
    DAY_FORMATS,
    DayInRange,
    ListedChoice,
    OfficeForm,
    PlainText,
    Required,
    lazy_gettext,
    with_names,
)
from survey.web.permissions import TOKEN_PERMISSIONS, Permission
from survey.web.templates import gettext as _
from survey.web.unit_choices import UnitField, UnitOfNewField


class SignInForm(OfficeForm):
    """Name and password."""

    username = StringField(lazy_gettext(lambda: _("Name")), validators=[Required(), PlainText(60)])
    password = PasswordField(lazy_gettext(lambda: _("Password")), validators=[Required()])


class NamesForm(OfficeForm):
    """What a person is called, and the address for letters."""

    username = StringField(lazy_gettext(lambda: _("Sign-in name")), validators=[Required(), PlainText(60)])
    full_name = StringField(lazy_gettext(lambda: _("Full name")), validators=[Required(), PlainText(120)])
    email = StringField(lazy_gettext(lambda: _("E-mail address")), validators=[PlainText(254)])

    def validate_username(self, field: Field) -> None:
        """Refuse a name that cannot be typed on every keyboard."""
        if not is_sign_in_name(field.data or ""):
            raise ValidationError(_("A sign-in name has 2 to 60 letters a-z, digits, dots, dashes or @"))

    def validate_email(self, field: Field) -> None:
        """Refuse what is not one plain address; none is right too."""
        if (field.data or "").strip() and not is_address(field.data.strip()):
            raise ValidationError(_("Enter one e-mail address, for example lan@example.gov.vn"))

    @property
    def names(self) -> PersonNames:
        """What was typed."""
        return PersonNames(self.username.data, self.full_name.data, (self.email.data or "").strip() or None)


class PersonForm(NamesForm):
    """A new official."""

    role = RadioField(
        lazy_gettext(lambda: _("Role")),
        choices=[SelectChoice(role.value) for role in Role],
        validators=[ListedChoice()],
        default=Role.VIEWER,
    )
    unit = UnitOfNewField(
        lazy_gettext(lambda: _("Unit")), Permission.PEOPLE_MANAGE, validators=[ListedChoice()]
    )


class RoleForm(OfficeForm):
    """A role at a unit."""

    unit = UnitOfNewField(
        lazy_gettext(lambda: _("Unit")), Permission.PEOPLE_MANAGE, validators=[ListedChoice()]
    )

    role = RadioField(
        lazy_gettext(lambda: _("Role")),
        choices=[SelectChoice(role.value) for role in Role],
        validators=[ListedChoice()],
        default=Role.VIEWER,
    )


class LeaveForm(OfficeForm):
    """When a person is on leave; empty for the end of a leave."""

    away_from = DateField(
        lazy_gettext(lambda: _("First day")), format=DAY_FORMATS, validators=[Optional(), DayInRange()]
    )
    away_until = DateField(
        lazy_gettext(lambda: _("Last day")), format=DAY_FORMATS, validators=[Optional(), DayInRange()]
    )

    def validate_away_until(self, field: Field) -> None:
        """Refuse a leave that ends before it begins, or that never begins."""
        if field.data and not self.away_from.data:
            raise ValidationError(_("Enter the first day too"))
        if field.data and field.data < self.away_from.data:
            raise ValidationError(_("The last day is before the first"))


class NewPasswordForm(OfficeForm):
    """A password set by a link."""

    new = PasswordField(lazy_gettext(lambda: _("New password")), validators=[Required()])


class ForgottenForm(OfficeForm):
    """Who forgot the password."""

    name = StringField(
        lazy_gettext(lambda: _("Sign-in name or e-mail address")), validators=[Required(), PlainText(254)]
    )


class PasswordForm(OfficeForm):
    """A new password of one's own."""

    old = PasswordField(lazy_gettext(lambda: _("Current password")), validators=[Required()])
    new = PasswordField(lazy_gettext(lambda: _("New password")), validators=[Required()])


class PasskeyForm(OfficeForm):
    """The name of a passkey, by which its person knows the device."""

    name = StringField(lazy_gettext(lambda: _("Name of the device")), validators=[Required(), PlainText(80)])


class RequiredFactorForm(OfficeForm):
    """The roles that must have a second factor."""

    roles = SelectMultipleField(
        lazy_gettext(lambda: _("Roles")),
        choices=[SelectChoice(role.value) for role in Role],
        validators=[ListedChoice()],
    )


class TokenForm(OfficeForm):
    """A new token for a program."""

    name = StringField(lazy_gettext(lambda: _("Name of the program")), validators=[Required(), PlainText(80)])
    permissions = SelectMultipleField(
        lazy_gettext(lambda: _("What the program may do")),
        choices=[SelectChoice(permission) for permission in TOKEN_PERMISSIONS],
        validators=[ListedChoice()],
    )
    unit = UnitOfNewField(
        lazy_gettext(lambda: _("Unit")), Permission.PEOPLE_MANAGE, validators=[ListedChoice()]
    )
    days = SelectField(
        lazy_gettext(lambda: _("Valid for (days)")),
        choices=[SelectChoice(str(days)) for days in DAYS_OFFERED],
        validators=[ListedChoice()],
        default=str(DAYS_OFFERED[1]),
    )

    def validate_permissions(self, field: Field) -> None:
        """Refuse a token without permissions."""
        if not field.data:
            raise ValidationError(_("Choose at least one permission"))


@with_names(lambda: _("Unit's name"), lambda: _("Unit's name in %(language)s"), 200)
class UnitNameForm(OfficeForm):
    """The name of a unit."""


class UnitForm(UnitNameForm):
    """A new unit."""

    kind = SelectField(
        lazy_gettext(lambda: _("Kind of unit")),
        choices=[SelectChoice(kind.value) for kind in UnitKind if kind != UnitKind.PROVINCE],
        validators=[ListedChoice()],
        default=UnitKind.DEPARTMENT,
    )
    parent = UnitOfNewField(
        lazy_gettext(lambda: _("Unit above")), Permission.UNITS_MANAGE, validators=[ListedChoice()]
    )


class BelongsToForm(OfficeForm):
    """The unit of a person."""

    belongs_to = UnitField(
        lazy_gettext(lambda: _("Belongs to")),
        Permission.PEOPLE_MANAGE,
        validators=[Required(), ListedChoice()],
    )


class ParentForm(OfficeForm):
    """The unit above a unit, or the one that it is merged into."""

    parent = UnitField(
        lazy_gettext(lambda: _("Unit above")),
        Permission.UNITS_MANAGE,
        validators=[Required(), ListedChoice()],
    )


class FileForm(OfficeForm):
    """A file to import."""

    file = FileField()


class CloseForm(OfficeForm):
    """The day from which a unit is closed."""

    closed_on = DateField(
        lazy_gettext(lambda: _("Closed from")), format=DAY_FORMATS, validators=[Required(), DayInRange()]
    )
