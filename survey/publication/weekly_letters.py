"""The letter with a weekly summary, in the language of the summary."""

from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from survey.drawing.demo_label import demo_label
from survey.drawing.formatting import format_day
from survey.publication import weekly_schedule
from survey.store.fieldwork import Campaign
from survey.store.weekly import Letter, WeeklySummary
from survey.web.locale import gettext_in


def file_name(campaign: Campaign, summary: WeeklySummary) -> str:
    """The name of the file of a summary, by the day it was due."""
    return f"{campaign.key}-{summary.due_on.isoformat()}-{summary.language}.pdf"


def format_week(campaign: Campaign, due_on: date, language: str) -> str:
    """First and last day of the week of a summary: 16/11/2026 – 22/11/2026."""
    first, last = weekly_schedule.week_before(due_on, campaign.opens_on)
    if first == last:
        return format_day(last, language)
    return f"{format_day(first, language)} – {format_day(last, language)}"


def build_letter(due: Letter, sender: Address, office_address: str | None, *, now: datetime) -> EmailMessage:
    """The letter with the stored file. Every attempt has the same Message-ID."""
    summary, campaign, language = due.summary, due.campaign, due.summary.language
    _ = gettext_in(language)
    letter = EmailMessage()
    letter["Subject"] = _one_line(
        _("Weekly summary {week}: {campaign}").format(
            week=format_week(campaign, summary.due_on, language), campaign=campaign.name
        )
    )
    letter["From"] = sender
    letter["To"] = Address(addr_spec=due.letter.address)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{due.letter.token}@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    letter["Content-Language"] = language
    letter.set_content("\n\n".join(_paragraphs(campaign, summary, office_address)) + "\n")
    letter.add_attachment(
        summary.content or b"", maintype="application", subtype="pdf", filename=file_name(campaign, summary)
    )
    return letter


def _paragraphs(campaign: Campaign, summary: WeeklySummary, office_address: str | None) -> list[str]:
    language = summary.language
    _ = gettext_in(language)
    paragraphs = [demo_label(language)] if campaign.is_demo else []
    paragraphs += [
        _one_line(campaign.name),
        (summary.headline or {}).get(language, ""),
        _("The summary is attached. The office keeps the same file, with this fingerprint (SHA-256):")
        + f"\n{summary.sha256}",
    ]
    if office_address:
        paragraphs.append(f"{office_address}/office/campaigns/{campaign.key}/summaries")
    paragraphs.append(
        _("This letter was sent by the survey's server. Ask the office if you wish to receive it no longer.")
    )
    return paragraphs


def _one_line(text: str) -> str:
    """The text on one line, as a header requires."""
    return " ".join(text.split())
