"""The QR code on a report: where its result can be recomputed, and which result it is."""

import io

from survey.drawing.canvas import PictureKind
from survey.reports import wording
from survey.results.campaign import CampaignResults
from survey.web.locale import gettext_in


def content(results: CampaignResults, language: str) -> str:
    """The address of the public page with the result's digest, or where there is no address, what it says."""
    page = results.campaign.public_page
    if page is not None:
        return f"{page}?lang={language}#{results.digest}"
    return f"{results.campaign.key}\n{wording.verdict_sentence(results, language)}\n{results.digest}"


def alternative(results: CampaignResults, language: str) -> str:
    """The code in words, for who cannot see it."""
    _ = gettext_in(language)
    text = content(results, language).replace("\n", "; ")
    return _("QR code of this result: {content}").format(content=text)


def drawing(results: CampaignResults, language: str, kind: PictureKind) -> bytes:
    """The code, black on white with its quiet zone."""
    import segno

    stream = io.BytesIO()
    code = segno.make_qr(content(results, language), error="m")
    code.save(stream, kind=kind, scale=8, border=4, light="#fff")
    return stream.getvalue()


def sentence(results: CampaignResults, language: str) -> str:
    """What the code is for."""
    _ = gettext_in(language)
    if results.campaign.public_page is None:
        return _("The code holds the verdict and the digest of the result, to compare with this paper.")
    return _("The code leads to the published result and the certificate to recompute it from.")
