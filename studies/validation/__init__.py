"""Validation of the library: each topic compares models with measured or published numbers.

`python -m studies.validation` runs all topics and writes `docs/validation.md`. A topic is a module of this package with

- `TITLE`: heading of its section,
- `TEXT`: Markdown that says what was compared with what, what is input, and what falls short,
- `rows() -> list[Row]`: the figures, made by the helpers in `rows`,
- `figure() -> matplotlib.figure.Figure | None`: the plot of the section, and `CAPTION` for it.

A topic that needs measured files takes them through `data.public`, which raises `MissingData` when they are absent.
"""
