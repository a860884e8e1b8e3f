"""The application for any WSGI server: `gunicorn wsgi:app`."""

from survey.startup import create_app_or_exit

app = create_app_or_exit()
