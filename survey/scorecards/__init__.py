"""The plan's targets on one page: the PAR INDEX scorecard, fed by the survey and by what units enter."""
