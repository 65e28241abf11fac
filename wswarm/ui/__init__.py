"""The workbench: stored runs in a browser, side by side, over time; and new ones."""
