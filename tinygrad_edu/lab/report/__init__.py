"""The report of a study: what the sheet asks for, written from the runs.

texts.py       how each language says it; sentences.py holds every sentence
sections.py    the sheet's sections, as blocks
blocks.py      headings, paragraphs, formulas, tables, figures
pictures.py    the figures
render.py      blocks as HTML and as Markdown
writing.py     the files
"""

from .sections import report
from .writing import write_report

__all__ = ["report", "write_report"]
