"""What a folder offers the application. `survey/features.py` lists the folders."""

from collections.abc import Callable
from dataclasses import dataclass

import click
from flask import Blueprint

from survey.web.background import BackgroundThread, Worker


@dataclass(frozen=True)
class Feature:
    """Pages, commands of `flask survey`, and makers of background threads.

    A maker of a thread is called once, by `create_app`, in the application's context.
    """

    blueprints: tuple[Blueprint, ...] = ()
    commands: tuple[click.Command, ...] = ()
    background: tuple[Callable[[], BackgroundThread[Worker]], ...] = ()
