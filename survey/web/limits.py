"""How often somebody may try: sign-in, and codes that could be guessed. Answers themselves are never limited.

A whole office shares one address, so what is counted is failures, and addresses are kept only in memory.
"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)
FAILED_SIGN_INS = "20 per minute; 100 per hour"
FAILED_SIGN_INS_OF_ONE_NAME = "5 per minute; 30 per hour"
WRONG_CODES = "30 per minute; 200 per hour"


def init(app: Flask) -> None:
    """Count where the settings say: in this process, or in Redis for several machines."""
    limiter.init_app(app)
