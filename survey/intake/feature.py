"""What the folder offers the application."""

from survey.intake import device_pages, later_pages, pages, receipt_pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp, receipt_pages.bp, later_pages.bp, device_pages.bp))
