"""The explorer as a widget of a notebook: JupyterLab, Notebook 7, VS Code, Colab, marimo, through anywidget."""
