"""The error of a sample design, with its row and column."""


class DesignError(ValueError):
    """A sample design that contradicts itself or the answers.

    `row` counts respondents from 1; `column` is a field of SampleDesign or the name of a calibration
    variable. Both are None where the error is about the whole design.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        where = "" if row is None else f"respondent {row}: "
        super().__init__(f"{where}{message}")
        self.message = message
        self.row = row
        self.column = column
